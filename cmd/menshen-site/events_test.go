package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/internal/screen"
	"menshen/site/events"
	"menshen/site/fact"
	"menshen/store"
	"menshen/store/audit"
)

// batchLine is a line with a batch of a door, as a unit gives it.
func batchLine(
	t *testing.T, door fact.DoorID, name string, n uint64, to *age.X25519Identity, all ...events.Event,
) string {
	t.Helper()
	b := events.Batch{Door: door, Number: n}
	for _, e := range all {
		b.Add(e)
	}
	sealed, err := b.Seal([]age.Recipient{to.Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"door": hex.EncodeToString(door[:]), "name": name, "batch": n,
		"got": time.Unix(0, 0), "data": sealed.Data})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func newKey(t *testing.T) (*age.X25519Identity, string) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	path := filepath.Join(t.TempDir(), "manager.key")
	if err == nil {
		err = os.WriteFile(path, []byte("# a key\n"+key.String()+"\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key, path
}

// read runs the verb.
func read(in string, args ...string) (string, error) {
	c := root()
	var out bytes.Buffer
	c.SetIn(strings.NewReader(in))
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(append([]string{"events"}, args...))
	err := c.Execute()
	return out.String(), err
}

// TestREncryptEventsRead: a manager reads what all doors told, the newest last, in both languages
// and as JSON; each event once, however often its batch came; what is missing, damaged or sealed to
// others is said.
func TestREncryptEventsRead(t *testing.T) {
	key, path := newKey(t)
	other, otherPath := newKey(t)
	lobby, garage := fact.DoorID{1}, fact.DoorID{2}
	at := func(minutes int) time.Time {
		return time.Date(2026, 3, 2, 8, minutes, 0, 0, time.Local)
	}
	event := func(seq uint64, minutes int, kind, of string) events.Event {
		return events.Event{Seq: seq, At: at(minutes), Last: at(minutes), Kind: kind, Of: of, Times: 1}
	}
	first := batchLine(t, lobby, "lobby", 1, key, event(7, 30, "alarm", "duress"))
	again := event(9, 10, "alarm", "forced")
	lines := []string{
		`{"jsonrpc":"2.0"}`, "rubbish",
		batchLine(t, garage, "garage", 4, key, again, event(10, 12, "alarm", "forced"),
			event(11, 40, "fault", "reader outside")),
		first, `{"of":"batches","rows":[` + first + `,` +
			batchLine(t, lobby, "lobby", 4, key, event(8, 50, "mains lost", "")) + `]}`,
		batchLine(t, garage, "garage", 5, other, event(12, 55, "alarm", "held")),
	}
	in := strings.Join(lines, "\n")
	out, err := read(in, "--key", path, "--lang", "en")
	want := `2026-03-02 08:10  garage  alarm: forced (2 times until 08:12)
2026-03-02 08:30  lobby  alarm: duress
2026-03-02 08:40  garage  fault: reader outside
2026-03-02 08:50  lobby  mains lost, it runs on its battery
2 batches of lobby are missing.
1 batch of garage is sealed to other keys.
`
	if out != want || err == nil {
		t.Errorf("%s%v", out, err)
	}
	zh, _ := read(in, "--key", path, "--lang", "zh")
	if lines := strings.Split(zh, "\n"); len(lines) != 7 || strings.Contains(zh, "forced") {
		t.Errorf("in Chinese:\n%s", zh)
	}
	for _, l := range strings.Split(out+zh, "\n") {
		if screen.Width(l) > 80 {
			t.Errorf("%d columns: %s", screen.Width(l), l)
		}
	}
	asJSON, err := read(lines[2], "--key", path, "--json")
	var e happened
	if json.Unmarshal([]byte(strings.SplitN(asJSON, "\n", 2)[0]), &e) != nil || err != nil || e.Name != "garage" ||
		e.Door != hex.EncodeToString(garage[:]) || e.Times != 2 || e.Of != "forced" || e.Seq != 9 {
		t.Errorf("%s%v", asJSON, err)
	}
	if out, err := read(lines[2], "--key", otherPath, "--lang", "en"); err == nil || strings.Contains(out, "forced") ||
		!strings.Contains(out, "sealed to other keys") {
		t.Errorf("with another key: %s%v", out, err)
	}

	// A batch that is passed off as another door's, or damaged, is not believed.
	stolen := strings.Replace(first, hex.EncodeToString(lobby[:]), hex.EncodeToString(garage[:]), 1)
	if out, err := read(stolen, "--key", path, "--lang", "en"); err == nil || !strings.Contains(out, "damaged") ||
		strings.Contains(out, "duress") {
		t.Errorf("passed off as another's: %s%v", out, err)
	}
	if _, err := read("nothing\n", "--key", path); err == nil {
		t.Error("there is nothing in it, and that is not said")
	}
	bad := filepath.Join(t.TempDir(), "bad.key")
	if err := os.WriteFile(bad, []byte("AGE-SECRET-KEY-1HALF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(first, "--key", bad); err == nil || strings.Contains(err.Error(), "HALF") {
		t.Errorf("a key that is none: %v", err)
	}
}

// TestHappenings: all that a door tells its managers has words, and nothing else.
func TestHappenings(t *testing.T) {
	raw, err := os.ReadFile("../../store/audit/testdata/kinds.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		_, kind, _ := strings.Cut(line, " ")
		if _, has := happenings[audit.Kind(kind)]; has != store.Tells(audit.Kind(kind)) {
			t.Errorf("%q: managers are told, %v; it has words, %v", kind, !has, has)
		}
	}
}
