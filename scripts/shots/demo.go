package main

import (
	"errors"
	"fmt"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// demo runs the story of the demo, and takes pictures of the console in both
// languages and of the dossier.
func (s *shooter) demo() (err error) {
	cmd := exec.Command(s.program, "demo")
	cmd.Env = append(os.Environ(), "TMPDIR="+s.work, "TERM=xterm-256color", "LANG=C.UTF-8",
		"LC_ALL=C.UTF-8", "NO_COLOR=")
	door, err := start(cmd)
	if err != nil {
		return err
	}
	pin, err := door.see(`with PIN (?:\s*)([0-9]{8})`, 3*time.Minute)
	if err == nil {
		err = s.atTheDoor(door, pin)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		return errors.Join(err, door.end())
	}
	return door.end()
}

// atTheDoor has the door after the story.
func (s *shooter) atTheDoor(door *session, pin string) error {
	do := func(steps ...[2]string) error { // what to see, then the keys to hit
		for _, step := range steps {
			if _, err := door.see("("+step[0]+")", 20*time.Second); err != nil {
				return err
			}
			if err := door.hit(step[1]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := do([2]string{"camera", "1"}, [2]string{"by card", "p"}, [2]string{"DENIED", "e"},
		[2]string{"camera", "c"},
		[2]string{"log-in:", "anna\r"}, [2]string{"secret:", pin + "\r"},
		[2]string{"anna> ", "decisions 4\r"}, [2]string{"anna> ", "why\r"}, [2]string{"anna> ", ""}); err != nil {
		return err
	}
	title := i18n.M("shots.console",
		"The technician's console: what the door decided last, and why it refused a printed photo")
	for i, l := range catalogue.Languages() {
		if i > 0 {
			if err := do([2]string{"", "lang " + l.Code() + "\r"}, [2]string{"anna> ", "decisions 4\r"},
				[2]string{"anna> ", "why\r"}, [2]string{"anna> ", ""}); err != nil {
				return err
			}
		}
		if err := s.keep(named("console", l, ".svg"), door.draw(l.Say(title))); err != nil {
			return err
		}
	}
	if err := do([2]string{"", "dossier\r"}, [2]string{"verify", ""}); err != nil {
		return err
	}
	if err := s.dossier(); err != nil {
		return err
	}
	return do([2]string{"", "logout\r"}, [2]string{"camera", "q"})
}

// dossier takes the first page of the dossier that the demo's door has written.
func (s *shooter) dossier() error {
	written, err := filepath.Glob(filepath.Join(s.work, "menshen-demo-*", "*", "dossier*.html"))
	if err != nil || len(written) != 1 {
		return fmt.Errorf("the dossier is not where it should be: %q, %v", written, err)
	}
	page, err := os.ReadFile(written[0])
	if err != nil {
		return err
	}
	for _, shot := range []struct {
		lang, name string
		height     int // up to where the first chapter begins
	}{{"en", "dossier.png", 765}, {"zh", "dossier.zh.png", 690}} {
		file := filepath.Join(s.work, shot.lang+".html")
		if err := os.WriteFile(file, inLanguage(page, shot.lang), 0o600); err != nil {
			return err
		}
		if err := s.page(file, shot.name, 900, shot.height); err != nil {
			return err
		}
	}
	return nil
}

// inLanguage opens the page in a language, as a click on its switch would.
func inLanguage(page []byte, lang string) []byte {
	text := strings.Replace(string(page), " checked", "", 1)
	return []byte(strings.Replace(text, `id="`+lang+`"`, `id="`+lang+`" checked`, 1))
}
