package update

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"menshen/board/slots"
)

// TestUpdateThatCannotBeRead: the image's own admit ends with a word of its own when a part of the
// bundle cannot be read, and that is a damaged update. What else RAUC says is told as it is.
func TestUpdateThatCannotBeRead(t *testing.T) {
	bundle := t.TempDir()
	if err := os.Mkdir(filepath.Join(bundle, "unreadable"), 0o700); err != nil {
		t.Fatal(err)
	}
	admit := exec.Command("../../scripts/image/files/usr/lib/menshen/admit")
	admit.Env = append(os.Environ(), "RAUC_BUNDLE_MOUNT_POINT="+bundle)
	err := admit.Run()
	if admit.ProcessState == nil {
		t.Fatal(err)
	}
	code := admit.ProcessState.ExitCode()
	if err := installSays(t, code); !errors.Is(err, NotSigned) {
		t.Errorf("admit ended with %d: %v", code, err)
	}
	if err := installSays(t, 1); err == nil || errors.Is(err, NotSigned) {
		t.Error(err)
	}
}

// installSays installs, with a RAUC whose handler ended with a code.
func installSays(t *testing.T, code int) error {
	dir := t.TempDir()
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"lib/install-bundle": fmt.Sprintf("#!/bin/sh\n"+
		"echo 'LastError: Pre-install handler error: Child process exited with code %d'\nexit 1\n", code)}
	for n := 1; n <= 7; n++ {
		files[fmt.Sprintf("sys/disk/p%d/partition", n)] = fmt.Sprintln(n)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o700))
		if err != nil {
			t.Fatal(err)
		}
	}
	own := fmt.Sprintf("%s/sys/dev/block/%d:%d", dir, unix.Major(st.Dev), unix.Minor(st.Dev))
	if err := errors.Join(os.MkdirAll(filepath.Dir(own), 0o700), os.Symlink("../../disk/p7", own)); err != nil {
		t.Fatal(err)
	}
	s := System{Folders: Folders{Answered: dir}, Library: filepath.Join(dir, "lib"),
		Machine: slots.Machine{Root: dir, Shared: slots.Shared(dir)}}
	return s.Install(t.Context(), "update.raucb", func(int) {})
}
