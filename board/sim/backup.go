package sim

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/store"
)

// backup is what staff keep of the unit elsewhere, and what was true of the people then.
type backup struct {
	file []byte
	was  []person // of world.people, by their numbers

	moved, early bool // as in the world
}

// backsUp makes a backup, which replaces the one before.
func (w *world) backsUp(*person) {
	w.atDesk("a backup is made", nil, func(ctx context.Context, s desk.Session) error {
		path, err := w.door.Desk.Backup(ctx, s, w.identity.Recipient().String(), true)
		if err != nil {
			return err
		}
		b := &backup{moved: w.moved, early: w.early}
		if b.file, err = os.ReadFile(path); err != nil {
			return err
		}
		for _, p := range w.people {
			was := *p
			was.lost = slices.Clone(p.lost)
			b.was = append(b.was, was)
		}
		w.backup = b
		return os.Remove(path)
	})
	w.pass(5 * time.Second)
}

// restores brings the last backup into the vault while the program does not run. Who is in it is as
// they were then, but what was erased since is not there again.
func (w *world) restores(*person) {
	if !w.calm() || !w.atRest() || w.disk.cutIn > 0 || w.backup == nil {
		return
	}
	w.Faults[Restored]++
	w.stop(nil)
	v := store.Await(w.door.conf.Unit.Dir, w.door.options)
	err := v.Mend(context.Background())
	if err == nil {
		_, err = v.Restore(context.Background(), store.Door, bytes.NewReader(w.backup.file), w.identity, v.PublicKey(),
			store.Since{})
	}
	if err = errors.Join(err, v.Close()); err != nil {
		w.fail(staffServed, "restoring a backup: %v", err)
	}
	for _, p := range w.people {
		p.isAgain(&w.backup.was[p.n])
	}
	if w.backup.moved {
		w.moved, w.early = true, w.backup.early
	}
	w.start(w.between(time.Minute, 20*time.Minute))
	for _, p := range w.people {
		if p.enrolled {
			if p.blocks, err = w.door.vault.Ciphertext(p.id, "face"); err != nil {
				w.fail(nothingLost, "the face of %s: %v", p.name, err)
			}
		}
	}
}

// isAgain makes the person what they were, with what was erased since left out.
func (p *person) isAgain(was *person) {
	if !p.known || !was.known {
		return
	}
	now := *p
	*p = *was
	p.lost, p.blocks, p.ended, p.ends = slices.Clone(was.lost), nil, now.ended, now.ends
	if was.enrolled && now.ends > was.ends {
		p.enrolled, p.consent = false, false
	}
}
