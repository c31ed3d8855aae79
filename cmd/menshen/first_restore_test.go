package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/check"
	"menshen/board/config"
	"menshen/board/wiring"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// TestFirstStartReplacesAUnit: the set-up brings the backup of a dead unit from a stick, by the
// first operator's passphrase, and leaves out whom its receipts name as erased. Their card is made
// after it, and works.
func TestFirstStartReplacesAUnit(t *testing.T) {
	d := newFirstDay(t, simulatedCard(t))
	old := boardtest.Folder(t)
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	door := filepath.Join(old, "door.toml")
	if err := os.WriteFile(door, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := config.Load(door)
	if err != nil {
		t.Fatal(err)
	}
	if err := board.Init(conf, "bob", []byte(passphrase)); err != nil {
		t.Fatal(err)
	}
	d.start.stick = t.TempDir()
	at := func(name string) string { return filepath.Join(d.start.stick, "sda1", name) }
	manners := d.manners()
	manners["from its backup on a stick? (y, n) "] = says("y")
	manners["Without it the door begins empty. (y, n) "] = func(send func(string)) { // the stick comes now
		err := os.Mkdir(at(""), 0o700)
		if err == nil {
			err = backUp(door, at("old.age"), at("manager.key"), at("erased.jsonl"))
		}
		if err != nil {
			t.Error(err)
			d.hang()
		}
		send("y")
	}
	shown, err := d.sit(manners)
	if err != nil || !strings.Contains(shown, "1 people restored, 0 with face; 1 erased since") ||
		!strings.Contains(shown, "0 backups") || !strings.Contains(shown, "This backup is taken: old.age") {
		t.Fatalf("%v\n%s", err, shown)
	}
	if conf, err = config.Load(d.start.config); err != nil {
		t.Fatal(err)
	}
	v, err := store.Open(conf.Unit.Dir, store.Options{Key: wiring.KeySource(conf)})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	people, err := v.People()
	staff, wrong := v.Operators()
	if err != nil || wrong != nil || len(people) != 1 || people[0].Name != "li" || len(staff) != 2 {
		t.Errorf("%d people, %d operators, %v, %v", len(people), len(staff), err, wrong)
	}
}

// oldUnit is one whose backups lie on a stick.
type oldUnit struct {
	t     *testing.T
	stick string
	vault *store.Vault
	now   time.Time
}

func newOldUnit(t *testing.T, stick string) *oldUnit {
	t.Helper()
	u := &oldUnit{t: t, stick: filepath.Join(stick, "sda1"), now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	dir := t.TempDir()
	key := store.KeyFile(filepath.Join(dir, "key"))
	var err error
	u.vault, err = store.Create(filepath.Join(dir, "vault"),
		store.Options{Key: key, Now: func() time.Time { return u.now }, Trusted: func() bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.vault.Close() })
	return u
}

// write puts a file onto the stick: the later it is, the older it looks.
func (u *oldUnit) write(name string, content []byte) {
	u.t.Helper()
	path := filepath.Join(u.stick, name)
	err := os.MkdirAll(u.stick, 0o700)
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err == nil {
		err = os.Chtimes(path, time.Time{}, time.Date(2026, 13-u.now.Month(), 1, 0, 0, 0, 0, time.UTC))
	}
	if err != nil {
		u.t.Fatal(err)
	}
}

// monthly writes a backup as of that month.
func (u *oldUnit) monthly(month time.Month, name string, to age.Recipient) {
	u.t.Helper()
	u.now = time.Date(2026, month, 1, 8, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	if err := u.vault.Backup(store.Door, &b, false, to); err != nil {
		u.t.Fatal(err)
	}
	u.write(name, b.Bytes())
}

// erased gives the receipt of a person who was erased.
func (u *oldUnit) erased() []byte {
	u.t.Helper()
	id, err := u.vault.AddPerson(store.Door, policy.Person{Name: "li"})
	if err != nil {
		u.t.Fatal(err)
	}
	receipt, err := u.vault.RemovePerson(store.Door, id, "moved out")
	if err != nil {
		u.t.Fatal(err)
	}
	line, err := json.Marshal(receipt)
	if err != nil {
		u.t.Fatal(err)
	}
	return line
}

// TestBackupIsChosen: of the backups that a key on the stick opens the installer chooses one. They
// are listed by the time that they say themselves, whatever their names and the times of the files.
func TestBackupIsChosen(t *testing.T) {
	manager, another := newAgeKey(t), newAgeKey(t)
	keyFile := []byte("# created: 2026-09-01\n" + manager.String() + "\n")
	monthly := func(u *oldUnit) {
		u.write("manager.key", keyFile)
		u.monthly(time.September, "backup-20260901-160000.age", manager.Recipient())
		u.monthly(time.October, "later.age", manager.Recipient())
	}
	const inOrder = "1 later.age, made 2026-10-01 16:00 2 backup-20260901-160000.age, made 2026-09-01 16:00"
	for name, x := range map[string]struct {
		lang    string
		put     func(u *oldUnit)
		typed   string
		want    string // the backup; "": none
		shown   []string
		unshown []string
	}{
		"one": {"en", func(u *oldUnit) {
			u.write("manager.key", keyFile)
			u.monthly(time.September, "only.age", manager.Recipient())
		}, "", "only.age", nil, []string{"only", ">"}},
		"the newest": {"en", monthly, "\n", "later.age",
			[]string{"There are 2 backups, the newest first: " + inOrder + " 1 to 2 [1] >"}, []string{"public key"}},
		"in Chinese": {"zh", monthly, "2\n", "backup-20260901-160000.age",
			[]string{"有 2 份备份，最新的在最前： 1 later.age，2026-10-01 16:00 制作 2 backup-"},
			[]string{"made", "backups"}},
		"not one of them": {"en", monthly, "0\n3\nlater\n2\n", "backup-20260901-160000.age",
			[]string{strings.Repeat("1 to 2 [1] > There is no backup of that number. ", 3) + "1 to 2 [1] >"}, nil},
		"no answer": {"en", monthly, "3\n", "", []string{"the answers ended"}, nil},
		"of two units": {"en", func(u *oldUnit) {
			monthly(u)
			newOldUnit(u.t, filepath.Dir(u.stick)).monthly(time.November, "other.age", manager.Recipient())
		}, "\n2\n", "later.age", []string{"1 other.age, made 2026-11-01 16:00, public key",
			"They are of different units.", "1 to 3 > There is no backup of that number. 1 to 3 >"}, nil},
		"two keys, and one that is none": {"en", func(u *oldUnit) {
			u.write("a.key", []byte(another.String()))
			u.write("b.key", []byte("of the release"))
			u.write("c.key", keyFile)
			u.monthly(time.September, "only.age", manager.Recipient())
		}, "", "only.age", nil, []string{"cannot be taken"}},
		"damaged, and of another key": {"en", func(u *oldUnit) {
			monthly(u)
			u.write("torn.age", []byte("age-encryption.org/v1\n"))
			u.monthly(time.November, "theirs.age", another.Recipient())
		}, "\n", "later.age", []string{"torn.age cannot be taken: it is damaged, or is not a backup.",
			"theirs.age cannot be taken: no key on the stick opens it.", inOrder}, nil},
		"none for the key": {"en", func(u *oldUnit) {
			u.write("manager.key", keyFile)
			u.monthly(time.September, "a.age", another.Recipient())
			u.monthly(time.October, "b.age", another.Recipient())
		}, "", "", []string{"a.age cannot be taken: no key on the stick opens it. b.age cannot be taken: "}, nil},
		"no key": {"zh", func(u *oldUnit) { u.monthly(time.September, "a.age", another.Recipient()) }, "", "",
			[]string{"1 份备份（.age）、0 把密钥（.key）"}, nil},
		"what else a stick has": {"en", func(u *oldUnit) {
			u.write("manager.key", keyFile)
			u.monthly(time.September, "only.age", manager.Recipient())
			for _, name := range []string{"._only.age", "._manager.key", "page-0123-20260901-160000.html.age"} {
				u.write(name, []byte("no backup"))
			}
		}, "", "only.age", nil, []string{"page", "cannot be taken"}},
	} {
		t.Run(name, func(t *testing.T) {
			stick := t.TempDir()
			x.put(newOldUnit(t, stick))
			f, out := atScript(t, x.lang, x.typed)
			got := ""
			found, err := lookOnSticks(stick)
			if err == nil {
				var b backupOnStick
				if b, err = f.chooseBackup(context.Background(), found); err == nil {
					got = b.name()
				}
			}
			if err != nil {
				f.ui.Tell(i18n.Of(err))
			}
			shown := strings.Join(strings.Fields(out.String()), " ")
			if got != x.want {
				t.Errorf("taken: %q, want %q; %v", got, x.want, err)
			}
			for _, want := range x.shown {
				if !strings.Contains(shown, want) {
					t.Errorf("not shown: %q", want)
				}
			}
			for _, never := range append(x.unshown, "\x1b") {
				if strings.Contains(shown, never) {
					t.Errorf("shown: %q", never)
				}
			}
			if t.Failed() {
				t.Logf("the screen: %s", shown)
			}
		})
	}
}

// TestReceiptsOfTheBackupsUnit: all files of receipts count whose unit made the backup, also where
// each month's repeats the ones before. Another unit's are left out, and told.
func TestReceiptsOfTheBackupsUnit(t *testing.T) {
	manager, stick := newAgeKey(t), t.TempDir()
	u := newOldUnit(t, stick)
	u.write("manager.key", []byte(manager.String()))
	u.monthly(time.September, "only.age", manager.Recipient())
	first, second := u.erased(), u.erased()
	u.write("1.jsonl", append(first, '\n'))
	u.write("2.jsonl", append(append(first, '\n'), second...))
	u.write("3.jsonl", newOldUnit(t, t.TempDir()).erased())
	found, err := lookOnSticks(stick)
	if err != nil {
		t.Fatal(err)
	}
	of, others, err := receiptsOf(found.backups[0], found.receipts)
	if err != nil || len(of) != 2 || len(others) != 1 || others[0] != "3.jsonl" {
		t.Errorf("of the unit: %v, others: %v, %v", of, others, err)
	}
	u.write("4.jsonl", []byte("{"))
	if _, _, err := receiptsOf(found.backups[0], filesOn(stick, ".jsonl")); err == nil ||
		!strings.Contains(err.Error(), "4.jsonl: reading receipt 1") {
		t.Errorf("a damaged file: %v", err)
	}
}

func newAgeKey(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// atScript is a set-up whose installer is a script, at a terminal for a screen reader.
func atScript(t *testing.T, lang, typed string) (*firstStart, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	f := &firstStart{ui: &check.Terminal{Out: out, Lang: catalogue.In(lang), Plain: true}, conf: &config.Config{}}
	f.conf.Site.Zone = "Asia/Shanghai"
	f.ui.Listen(strings.NewReader(typed))
	return f, out
}
