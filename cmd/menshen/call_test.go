package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCall asks a door that runs as a script does.
func TestCall(t *testing.T) {
	s := newSite(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(passphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	call := func(input string, words ...string) (out, notes string, ok bool) {
		cmd := exec.Command(self, append([]string{"call", "--config", s.conf, "--as", "anna", "--secret-file", secret},
			words...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		cmd.Stdin = strings.NewReader(input)
		var complaint strings.Builder
		cmd.Stderr = &complaint
		raw, err := cmd.Output()
		return string(raw), complaint.String(), err == nil
	}

	if out, notes, ok := call("", "door.status"); ok || out != "" || !strings.Contains(notes, "not yet accepted") {
		t.Errorf("before the commitment is accepted: %q %q", out, notes)
	}
	anna, ended := s.console()
	anna.see("log-in: ")
	anna.hit("anna\r")
	anna.see("secret: ")
	anna.hit(passphrase + "\r")
	anna.see("yes or no: ")
	anna.hit("yes\r")
	anna.see("anna> ")
	anna.hit("logout\r")
	if err := <-ended; err != nil {
		t.Error(err)
	}

	out, notes, ok := call("", "door.open", `{"reason":"a script"}`)
	if !ok || !strings.Contains(out, `"granted":true`) {
		t.Errorf("door.open: %q %q", out, notes)
	}
	s.until("the door opens", s.door.Unlocked)
	out, notes, ok = call("people.add {\"name\":\"Li Na\",\"lang\":\"zh\"}\n\npeople.find {\"words\":\"li\"}\n", "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if !ok || len(lines) != 2 || !strings.Contains(lines[1], `"all":1`) {
		t.Errorf("two requests: %q %q", out, notes)
	}
	out, notes, ok = call("people.find {}\npeople.get {\"person\":\"0\"}\npeople.find {}\n", "-")
	if strings.Count(out, "\n") != 1 || ok || !strings.Contains(notes, "32 hex digits") {
		t.Errorf("a wrong request between two: %q %q", out, notes)
	}
	out, notes, ok = call("", "people.find", `["li"]`)
	if ok || out != "" || !strings.Contains(notes, "no JSON object") {
		t.Errorf("parameters that are a list: %q %q", out, notes)
	}
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, notes, ok := call("", "door.status"); ok || !strings.Contains(notes, "chmod 600") {
		t.Errorf("a secret for all to read: %q", notes)
	}
}
