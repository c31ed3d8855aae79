package main

import (
	"crypto/rand"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
	"menshen/recognizer/models"
)

// published makes a log of two releases, of which the first has this program: published LOG [FILE],
// where FILE is in the program's package as well. LOG.1 is the log after the first, LOG.vkey the
// key, and LOG.fork what the publisher shows to others.
func published(ts *testscript.TestScript, _ bool, args []string) {
	own, err := release.HashFile("/proc/self/exe")
	ts.Check(err)
	set, err := models.Read("")
	ts.Check(err)
	skey, vkey, err := note.GenerateKey(rand.Reader, "example.org/menshen")
	ts.Check(err)
	key, err := note.NewSigner(skey)
	ts.Check(err)
	pub, err := note.NewVerifier(vkey)
	ts.Check(err)
	log := ts.MkAbs(args[0])
	write := func(path string, b []byte) { ts.Check(os.WriteFile(path, b, 0o600)) }
	write(log+".vkey", []byte(vkey))
	file := []byte{}
	for i, version := range []string{"0~first", "0~second"} {
		name, sum := "trixie/menshen_"+version+"_arm64.deb", own
		if i > 0 {
			sum = strings.Repeat("0", 64)
		}
		m := &release.Manifest{Version: version, Commit: strings.Repeat("c", 40), Time: time.Unix(int64(i), 0)}
		m.Files = []release.File{{SHA256: sum, Size: 1, Name: name + ":" + release.Program}}
		for file, sum := range set.Files() {
			path := "bookworm/models_all.deb:" + release.Models + "/" + file
			m.Files = append(m.Files, release.File{SHA256: sum, Name: path})
		}
		for _, path := range args[1:] {
			sum, err := release.HashFile(ts.MkAbs(path))
			ts.Check(err)
			m.Files = append(m.Files, release.File{SHA256: sum, Size: 1, Name: name + ":/usr/lib/" + path})
		}
		file, err = release.Append(file, m, key, pub)
		ts.Check(err)
		write(log+map[int]string{0: ".1", 1: ""}[i], file)
	}
	other := &release.Manifest{Version: "0~other", Commit: strings.Repeat("d", 40), Time: time.Unix(9, 0),
		Files: []release.File{{SHA256: own, Size: 1, Name: "other.deb:" + release.Program}}}
	fork, err := release.Append(nil, other, key, pub)
	ts.Check(err)
	write(log+".fork", fork)
}
