package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"

	"menshen/internal/safefile"
	"menshen/policy"
)

// verify opens what a cut left and compares it with what the child said
// before. It returns what is wrong.
func verify(root string, said []string) error {
	added, removing, removed, faces := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]string{}
	learnt, decided := map[string]string{}, map[uint64]string{}
	cards, replaced := map[string]bool{}, map[string]bool{}
	var pruned time.Time
	for _, line := range said {
		f := strings.Fields(line)
		if len(f) == 0 { // within an error of several lines
			continue
		}
		switch f[0] {
		case "added":
			added[f[1]] = true
		case "card":
			cards[f[1]] = true
		case "replaced":
			replaced[f[1]] = true
		case "removing":
			removing[f[1]] = true
		case "removed":
			removed[f[1]] = true
		case "enrolled", "face-erased":
			faces[f[1]] = f[0]
		case "learnt", "unlearnt":
			learnt[f[1]] = f[0]
		case "decided":
			seq, err := strconv.ParseUint(f[1], 10, 64)
			if err != nil {
				return err
			}
			decided[seq] = "door " + f[3]
		case "pruning":
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return err
			}
			pruned = time.Unix(0, n)
		}
	}
	c := startClock()
	if pruned.After(start) {
		c.set(pruned)
	}
	v, o, err := openLoad(root, c.now)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer v.Close()
	people, err := v.People()
	if err != nil {
		return err
	}
	here := map[string]policy.Person{}
	for _, p := range people {
		here[fmt.Sprintf("%x", p.ID[:])] = p
	}
	for id := range added {
		if _, ok := here[id]; !ok && !removing[id] {
			return fmt.Errorf("person %s was added, and is gone", id)
		}
	}
	for id := range removed {
		if _, ok := here[id]; ok {
			return fmt.Errorf("person %s was removed, and is back", id)
		}
	}
	for id, what := range faces {
		if p, ok := here[id]; ok && what == "face-erased" && p.Face.State == policy.FaceEnrolled {
			return fmt.Errorf("the face of %s was erased, and is back", id)
		}
	}
	for id, p := range here {
		if n := len(p.Working(start)); cards[id] && n != 1 {
			return fmt.Errorf("%s has %d cards that work, and had one at each moment", id, n)
		}
		if _, _, err := v.FindCredential(policy.CardKind, otherCard(p.ID)); replaced[id] && err != nil {
			return fmt.Errorf("the card of %s was replaced: %w", id, err)
		}
		if learnt[id] == "unlearnt" && (p.HasLearnt() || !p.Face.Learns.At.IsZero()) {
			return fmt.Errorf("what was learnt of %s was erased, and is back", id)
		}
		if p.Face.State != policy.FaceEnrolled {
			continue
		}
		if err := v.Face(p.ID, func(p policy.Person, templates [][]float32) error {
			n := len(p.Occasions)
			if n != len(templates) || n > policy.MaxOccasions || learnt[id] == "unlearnt" && n != 1 {
				return fmt.Errorf("%d occasions of %d templates", n, len(templates))
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err := v.Templates(func(policy.PersonID, [][]float32) error { return nil }); err != nil {
		return err
	}
	for seq, door := range decided {
		es, err := v.Entries(seq, 1, false)
		if err != nil {
			return err
		}
		if pruned.IsZero() && (len(es) != 1 || es[0].Seq != seq || es[0].Door != door) {
			return fmt.Errorf("decision %d (%s) is missing", seq, door)
		}
	}
	rep, err := v.VerifyAudit()
	if err != nil || !rep.OK {
		return fmt.Errorf("%v, %w", rep, err)
	}
	if err := v.bboltCheck(); err != nil {
		return err
	}
	for _, s := range []string{safefile.New, safefile.Old} {
		if _, err := os.Stat(v.path() + s); err == nil {
			return fmt.Errorf("vault.db%s is left over", s)
		}
	}
	if ks, err := o.Key.Load(context.Background()); err != nil || len(ks) != 1 {
		return fmt.Errorf("%d keys are left, %w", len(ks), err)
	}
	return verifyBackup(root)
}

// verifyBackup checks that a backup file that is there is whole.
func verifyBackup(root string) error {
	b, err := os.ReadFile(filepath.Join(root, "backup.age"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	id, err := age.ParseX25519Identity(testIdentity)
	if err != nil {
		return err
	}
	_, err = ReadBackup(bytes.NewReader(b), id, nil, nil)
	return err
}

// bboltCheck is bbolt's own check of its file.
func (v *Vault) bboltCheck() error {
	return v.view(func(t *tx) error {
		var first error
		for err := range t.b.Check() {
			if first == nil {
				first = fmt.Errorf("bbolt: %w", err)
			}
		}
		return first
	})
}
