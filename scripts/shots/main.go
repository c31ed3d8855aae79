// Shots makes the pictures of the README again: the wiring drawing, the console, the
// sign and the dossier, from the program itself and the demo's door. No picture shows a person.
//
//	go run ./scripts/shots bin/menshen docs/pictures
//	go run ./scripts/shots shrink screen.png docs/pictures/desk.png
//
// Console and drawing are the text of a terminal of 80 columns, as SVG. The pages
// are taken by headless Chromium.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hinshun/vt10x"

	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 3:
		err = all(os.Args[1], os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "shrink":
		err = shrink(os.Args[2], os.Args[3])
	default:
		fmt.Fprintln(os.Stderr, "usage: shots PROGRAM FOLDER | shots shrink FROM TO")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
}

// shooter makes pictures of program in the folder to, with its own files in work.
type shooter struct{ program, to, work string }

func all(program, to string) (err error) {
	program, err = filepath.Abs(program)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "menshen-shots-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	s := &shooter{program, to, work}
	for _, step := range []func() error{s.example, s.wiring, s.sign, s.demo} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// run gives the output of a verb of the program.
func (s *shooter) run(args ...string) ([]byte, error) {
	cmd := exec.Command(s.program, args...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("menshen %s: %w: %s", strings.Join(args, " "), err, complaint.String())
	}
	return out, nil
}

func (s *shooter) keep(name, text string) error {
	return os.WriteFile(filepath.Join(s.to, name), []byte(text), 0o644)
}

// example writes the configuration for wiring and sign.
func (s *shooter) example() error {
	conf, err := s.run("config", "example")
	if err != nil {
		return err
	}
	conf = bytes.Replace(conf, []byte("# serial = "), []byte("serial = "), 1) // of the console, drawn too
	return os.WriteFile(s.conf(), conf, 0o600)
}

func (s *shooter) conf() string { return filepath.Join(s.work, "door.toml") }

// wiring draws the header of a Raspberry Pi 4 with the example's wires.
func (s *shooter) wiring() error {
	title := i18n.M("shots.wiring", "The 40-pin header of a Raspberry Pi 4 with the wires of a door")
	for _, l := range catalogue.Languages() {
		text, err := s.run("board", "--board", "rpi4", "--config", s.conf(), "--lang", l.Code())
		if err != nil {
			return err
		}
		vt := vt10x.New(vt10x.WithSize(columns, 2*rows))
		_, _ = vt.Write([]byte(widen(strings.ReplaceAll(string(text), "\n", "\r\n"))))
		if err := s.keep(named("wiring", l, ".svg"), svg(vt, light, l.Say(title))); err != nil {
			return err
		}
	}
	return nil
}

// named is the name of a picture: "wiring.svg", "wiring.zh.svg".
func named(name string, l i18n.Language, kind string) string {
	if l.Code() != i18n.English.Code() {
		name += "." + l.Code()
	}
	return name + kind
}

// sign is the sign at the camera, which is in both languages.
func (s *shooter) sign() error {
	page := filepath.Join(s.work, "sign.html")
	if _, err := s.run("notice", "--sign", "--config", s.conf(), "--out", page); err != nil {
		return err
	}
	return s.page(page, "sign.png", 800, 1010)
}
