package boardtest

import (
	"os"
	"path/filepath"

	"menshen/board/outbox"
	"menshen/board/slots"
	"menshen/board/update"
)

// Stick is a folder that is a USB stick, as root's side of a unit mounts it.
type Stick struct {
	update.Tools // none of the others
	Dir          string
}

// Stick gives the folder, to read.
func (s Stick) Stick() (string, func() error, error) {
	return s.Dir, func() error { return nil }, nil
}

// StickToWrite gives the folder.
func (s Stick) StickToWrite() (string, func() error, error) { return s.Stick() }

// Plug gives the door a stick, with root's side that opens it, and assembles it anew.
func (b *Bench) Plug(dir string) {
	b.Helper()
	own := b.TempDir()
	f := update.Folders{Asked: filepath.Join(own, "asked"), Answered: filepath.Join(own, "answered")}
	for _, d := range []string{f.Asked, f.Answered} {
		if err := os.Mkdir(d, 0o700); err != nil {
			b.Fatal(err)
		}
	}
	b.Root = update.Root{Folders: f, Machine: slots.Machine{Root: own, Shared: slots.Shared(own)},
		Tools: Stick{Dir: dir},
		Files: func() (string, error) { return outbox.Dir(b.Config.Unit.Dir), nil }}
	b.Reassemble()
}
