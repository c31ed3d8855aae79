package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"menshen/internal/attack"
	"menshen/policy"
	"menshen/site/fact"
)

// TestSitePowerLoss cuts the power of one door of a site, at each sync, rename and unlink, while it
// and the others write, hear, erase and join. What it told is what it remembers; it goes on with
// the others as if nothing had been, and all are equal in the end.
func TestSitePowerLoss(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds, minutes with the race detector")
	}
	attack.Run(t, "site: a door's power cut while doors write, hear, erase and join", 1, func(c *attack.Campaign) {
		root := newSiteLoad(t)
		defer os.RemoveAll(filepath.Dir(root))
		d := traceSeed(t, root, "site", c.Rand.Uint64())
		d.oneOf = 30
		d.cuts(t, c, 1, func(image string, said []string) error {
			if err := verify(image, said); err != nil {
				return err
			}
			return meetAgain(root, image, said)
		})
	})
}

// newSiteLoad makes a vault for a child, and a folder for those of other doors beside it, on a disk
// in memory where there is one.
func newSiteLoad(t *testing.T) (root string) {
	t.Helper()
	base := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm"
	}
	folder, err := os.MkdirTemp(base, "menshen")
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(folder, "door")
	if err := errors.Join(os.Mkdir(root, 0o700), os.Mkdir(othersOf(root), 0o700)); err != nil {
		t.Fatal(err)
	}
	makeLoad(t, root)
	return root
}

// meetAgain has the door that a power cut left go on with the others as they were at that moment,
// and returns what is wrong.
func meetAgain(root, image string, said []string) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fatal:
			err = errors.New(string(r))
		default:
			panic(r)
		}
	}()
	s := &testSite{t: noTest{}, root: filepath.Join(image, "others"), erased: map[policy.PersonID]*testDoor{}}
	defer func() {
		for _, d := range s.doors {
			d.Close()
		}
	}()
	here := &testDoor{clock: startClock(), agreed: map[policy.PersonID]fact.Stamp{}}
	here.Vault, here.o, err = openLoad(image, here.clock.now)
	here.dir = filepath.Join(image, "vault")
	if err != nil {
		return err
	}
	s.doors = append(s.doors, here)
	then, erased := -1, []policy.PersonID{}
	for _, line := range said {
		var n int
		var raw []byte
		switch f := strings.Fields(line); {
		case len(f) == 2 && f[0] == "others":
			n, err = strconv.Atoi(f[1])
			then = n
		case len(f) == 2 && f[0] == "erased":
			_, err = fmt.Sscanf(f[1], "%x", &raw)
			erased = append(erased, policy.PersonID(raw))
		}
		if err != nil {
			return err
		}
	}
	if then < 0 {
		return nil // it was alone
	}
	s.must(copyTree(s.root, othersThen(root, then)))
	s.openOthers()
	s.remembers(here)
	s.joinAll()
	for i, d := range s.doors {
		_, err := d.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("afterwards ", i))})
		s.must(err)
	}
	for _, id := range erased {
		s.erased[id] = here
	}
	s.settle()
	s.agree()
	return nil
}

// openOthers opens the vaults in the site's folder.
func (s *testSite) openOthers() {
	for i := 1; ; i++ {
		dir := filepath.Join(s.root, fmt.Sprint("door", i))
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		d := &testDoor{dir: filepath.Join(dir, "vault"), clock: startClock(), agreed: map[policy.PersonID]fact.Stamp{}}
		d.o = Options{Key: KeyFile(filepath.Join(dir, "root.key")), Now: d.clock.now, Cost: cheap,
			Inline: func(bool) error { return nil }}
		v, err := Open(d.dir, d.o)
		s.must(err)
		d.Vault = v
		s.doors = append(s.doors, d)
	}
}

// remembers checks that a door has each record that any other has of it, to the last byte.
func (s *testSite) remembers(d *testDoor) {
	for _, other := range s.doors {
		if other == d || !other.inSite(s) {
			continue
		}
		heads, err := other.SiteHeads()
		s.must(err)
		if heads[d.Unit()] == 0 {
			continue
		}
		for _, raw := range s.recordsOf(other, d) {
			if !d.inSite(s) || !containsRecord(s.recordsOf(d, d), raw) {
				s.t.Fatalf("the door has told %d records, and one of them is not its own", heads[d.Unit()])
			}
		}
	}
}

func (s *testSite) recordsOf(at, door *testDoor) [][]byte {
	all, err := at.SiteRecords(door.Unit(), 1, 1<<30)
	s.must(err)
	return all
}

func containsRecord(all [][]byte, one []byte) bool {
	for _, r := range all {
		if bytes.Equal(r, one) {
			return true
		}
	}
	return false
}

func (d *testDoor) inSite(s *testSite) bool {
	_, err := d.Vault.Site()
	if !errors.Is(err, ErrNoSite) {
		s.must(err)
	}
	return err == nil
}

// joinAll lets doors join whose joining was interrupted.
func (s *testSite) joinAll() {
	var by *testDoor
	for _, d := range s.doors {
		if d.inSite(s) {
			by = d
			break
		}
	}
	if by == nil {
		by = s.doors[0]
		s.must(by.FoundSite("op", "door 0"))
	}
	for _, d := range s.doors {
		if d.inSite(s) {
			continue
		}
		asks, code, err := d.RequestSite(fmt.Sprintf("door %x", d.Unit()))
		s.must(err)
		answer, code, err := by.AdmitDoor("op", asks, code)
		s.must(err)
		s.must(d.JoinSite("op", answer, code))
	}
}
