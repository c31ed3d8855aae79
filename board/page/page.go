// Package page is the desk in a browser: one HTML file that speaks to a unit over a cable (Web
// Serial, package rpc), opened from the disk, with no server and no network. [Write] assembles it
// from the folder src: the style, the modules linked into one script (link.go) without their
// comments (strip.go), and the words of every language (words.go).
//
// The page may load nothing and send nothing elsewhere: its policy names the one script and the one
// style in it by their SHA-256, and forbids all else. Text of a unit is only ever text in it
// (src/dom.js), which the policy holds the script to (trusted types).
//
// # To add a view
//
// Write src/view_NAME.js, which exports a View (src/types.d.ts says what that is), and name it in
// src/views.js; its words go into words_NAME.go, its look, where the shared one does not do, into
// src/view_NAME.css. TestWords says which words lack, or are in vain.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
)

//go:embed src
var files embed.FS

// source is the folder src.
var source, _ = fs.Sub(files, "src")

// MaxSize is how large the page may become, in bytes: it is kept on the unit and on its disk for
// the cable.
const MaxSize = 500_000

// Write writes the page that is opened from the disk, in UTF-8. It speaks by cable.
func Write(w io.Writer) error { return write(w, source, "default-src 'none'") }

// WriteServed writes the page as a program on the same computer serves it: it speaks to that
// program, at its own origin, and to nobody else. The module served.js stands in the place of
// serial.js.
func WriteServed(w io.Writer) error {
	return write(w, served{source}, "default-src 'none'; connect-src 'self'")
}

// served is the folder src of a page that is served.
type served struct{ fs.FS }

func (s served) Open(name string) (fs.File, error) {
	if name == "serial.js" {
		name = "served.js"
	}
	return s.FS.Open(name)
}

// write writes a page whose modules are in a folder, and that may load what a policy says.
func write(w io.Writer, from fs.FS, policy string) error {
	frame, err := template.ParseFS(source, "index.html")
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	script, err := link(from, "main")
	if err != nil {
		return err
	}
	style, err := styles()
	if err != nil {
		return err
	}
	words, err := wordsJSON()
	if err != nil {
		return err
	}
	// The parts are ours and escaped for their places; html/template would change a script's bytes.
	return frame.Execute(w, struct {
		Policy        string
		Style         template.HTML
		Words, Script template.HTML
	}{
		Policy: policy + "; script-src " + hash(script) + "; style-src " + hash(style) +
			"; img-src data: blob:; base-uri 'none'; form-action 'none'; " +
			"require-trusted-types-for 'script'; trusted-types paper",
		Style:  template.HTML("<style>" + string(style) + "</style>"),
		Words:  template.HTML(`<script type="application/json" id="words">` + string(words) + "</script>"),
		Script: template.HTML("<script>" + string(script) + "</script>"),
	})
}

// hash names an inline script or style in a content security policy.
func hash(of []byte) string {
	sum := sha256.Sum256(of)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// styles are style.css, then those of the views.
func styles() ([]byte, error) {
	views, err := fs.Glob(source, "view_*.css")
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	for _, name := range append([]string{"style.css"}, views...) {
		raw, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, fmt.Errorf("reading the page's style: %w", err)
		}
		all.Write(raw)
	}
	return all.Bytes(), nil
}
