package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/site/sitetest"
)

// TestWires is the campaign of doors that run: orders, passes, who came in elsewhere and what
// managers are told go by real couriers and a real hub, whatever befalls them. After each the doors
// are equal.
func TestWires(t *testing.T) {
	if !*all {
		t.Skip("minutes: make site-test")
	}
	b := newBlock(t)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for door := range b.doors {
		b.connected(door, true)
	}
	b.doors[gate].ask(t, "site.manager", map[string]string{"key": key.Recipient().String(),
		"name": "manager of block 4"}, nil)
	b.equal("all connected")
	b.ordersTake(100)
	b.equal("a hundred evacuations")

	b.wires.Bad(lobby, 100, 100)
	b.order(gate, "lockdown")
	b.cards(false, gate, garage)
	b.cards(true, lobby) // it cannot have heard
	b.connected(lobby, false)
	b.waysOut()
	b.wires.Good(lobby)
	b.cards(false, lobby)
	b.waysOut()
	b.equal("a lockdown while one door was cut off")
	b.end(lobby)
	b.cards(true, gate, lobby, garage)
	b.equal("its end at that door")

	b.notes()
	b.equal("who came in while one door was cut off")
	digits := b.passes()
	b.equal("a pass while one door was not heard")

	b.cut(b.hub)
	b.order(garage, "evacuation")
	b.relays(true, garage)
	b.startHub()
	b.relays(true, gate, lobby)
	b.waysOut()
	b.equal("an evacuation while there was no hub")
	b.doors[gate].program.happens(t, "fire", 1)
	b.end(gate)
	b.relays(false, lobby, garage)
	if open, _ := b.relay(gate); !open {
		t.Error("the end of an evacuation shuts a door in a fire")
	}
	b.doors[gate].program.happens(t, "fire", 0)
	b.relays(false, gate)

	b.cut(b.doors[lobby].courier)
	b.order(gate, "lockdown")
	b.cards(false, garage)
	b.cut(b.hub)
	if err := os.RemoveAll(filepath.Join(b.path("hub"), "jetstream")); err != nil {
		t.Fatal(err)
	}
	b.startHub()
	b.startCourier(lobby)
	b.cards(false, lobby)
	b.equal("a lockdown, and the hub's disk emptied before all read it")

	b.cut(b.doors[lobby].program)
	b.startDoor(lobby)
	b.cards(false, lobby)
	b.waysOut()
	b.equal("a door killed in a lockdown")
	b.end(garage)
	b.cards(true, gate, lobby, garage)

	for door := range b.doors {
		b.wires.Bad(door, 30, 30)
	}
	b.order(lobby, "evacuation")
	b.relays(true, gate, garage)
	b.end(gate)
	b.relays(false, gate, lobby, garage)
	b.equal("an evacuation, 30% of packets lost")
	for door := range b.doors {
		b.wires.Good(door)
	}

	b.events(key, []byte(digits))
}

// ordersTake measures how long it takes from an order at one door to the relays of both others.
func (b *block) ordersTake(times int) {
	b.Helper()
	var took []time.Duration
	for i := range times {
		from := i % len(b.doors)
		others := slices.DeleteFunc([]int{gate, lobby, garage}, func(d int) bool { return d == from })
		began := time.Now()
		b.order(from, "evacuation")
		took = append(took, b.relays(true, others...).Sub(began))
		b.end(from)
		b.relays(false, gate, lobby, garage)
	}
	slices.Sort(took)
	b.Logf("an evacuation until the relays of both other doors: p50 %v, p99 %v of %d", took[times/2],
		took[times*99/100], times)
}

// notes has people come in at the gate and try another door. One that is cut off lets them in, and
// hears with the next entry who came in meanwhile.
func (b *block) notes() {
	b.Helper()
	enters := func(card int) {
		b.Helper()
		if !b.opens(gate, "enter", card) {
			b.Errorf("card %d does not open the gate", card)
		}
	}
	first, meanwhile, tries, later := b.next(), b.next(), b.next(), b.next()
	enters(first)
	b.heardOf(lobby, first)
	b.heardOf(garage, first)
	if b.opens(lobby, "tap", first) || !b.opens(lobby, "tap", tries) {
		b.Error("who came in at the gate comes in again, or who did not does not")
	}
	b.wires.Bad(lobby, 100, 100)
	enters(meanwhile)
	b.heardOf(garage, meanwhile)
	if !b.opens(lobby, "tap", meanwhile) {
		b.Error("a door that is cut off locks out who came in elsewhere")
	}
	b.connected(lobby, false)
	b.wires.Good(lobby)
	b.connected(lobby, true)
	enters(later)
	b.heardOf(lobby, later)
	b.heardOf(lobby, meanwhile)
}

// passes has a visitor use a pass for all doors as often as it lets them, while one door is not
// heard, and afterwards.
func (b *block) passes() (digits string) {
	b.Helper()
	const uses = 9
	var p struct {
		Digits string
		Number string
	}
	b.doors[gate].ask(b.T, "passes.add", map[string]any{"for": 28800, "uses": uses,
		"doors": blockNames}, &p)
	digits = strings.ReplaceAll(p.Digits, " ", "")
	b.equal("a pass for all doors")
	spent := make([]int, len(b.doors))
	use := func() (all int) {
		for door := range b.doors {
			for b.opens(door, "keys", digits+"#") {
				spent[door]++
			}
		}
		for _, n := range spent {
			all += n
		}
		if all > uses {
			b.Fatalf("a pass with %d uses opened %v times", uses, spent)
		}
		return all
	}
	b.wires.Bad(lobby, 100, 0)
	if use(); slices.Contains(spent, 0) {
		b.Errorf("at a door that was lent some uses the pass does not open: %v", spent)
	}
	b.Logf("while the lobby is not heard, a pass with %d uses opens %v times", uses, spent)
	b.wires.Good(lobby)
	b.soon("all uses of a pass", func() error {
		if n := use(); n < uses {
			return fmt.Errorf("%v of %d", spent, uses)
		}
		return nil
	})
	b.equal("a pass that is used up")
	use()
	return digits
}

// events reads what all doors told the manager, and holds it against what happened; nothing of it
// can be read at the hub.
func (b *block) events(key *age.X25519Identity, digits []byte) {
	b.Helper()
	const pin = "83920417"
	holder := hex.EncodeToString(b.people[len(b.people)-1][:])
	b.doors[gate].ask(b.T, "pin.set", map[string]any{"person": holder, "pin": pin, "duress": true}, nil)
	b.equal("a PIN for those who are threatened")
	for door, d := range b.doors {
		b.soon("a door that nobody let go lately", func() error { // what opens soon afterwards is not forced
			if open, since := b.relay(door); open || time.Since(since) < 5*time.Second {
				return errors.New("not yet")
			}
			return nil
		})
		d.program.happens(b.T, "force")
		if !b.opens(door, "keys", pin+"#") {
			b.Errorf("door %d does not open to a PIN", door)
		}
	}
	keyFile := b.path("manager.key")
	if err := os.WriteFile(keyFile, []byte(key.String()+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	type event struct {
		Door, Kind, Of string
		Entry          uint64
		Times          int
	}
	var told []event
	read := func(door int) (out []byte, batches [][]byte, err error) {
		var in bytes.Buffer
		for _, row := range b.list(door, "site.events") {
			var data []byte
			raw, _ := json.Marshal(row)
			fmt.Fprintf(&in, "%s\n", raw)
			raw, _ = json.Marshal(row["data"])
			if err := json.Unmarshal(raw, &data); err != nil {
				return nil, nil, err
			}
			batches = append(batches, data)
		}
		c := exec.Command(b.exe, "events", "--key", keyFile, "--json")
		c.Stdin = &in
		var why bytes.Buffer
		c.Stderr = &why
		if out, err = c.Output(); err != nil {
			err = fmt.Errorf("%w: %s", err, &why)
		}
		return out, batches, err
	}
	count := func(door int, kind, of string) (n int) {
		for _, e := range told {
			if e.Door == b.doors[door].id && e.Kind == kind && (of == "" || e.Of == of) {
				n += e.Times
			}
		}
		return n
	}
	var sealed [][]byte
	b.soon("what the doors told their manager", func() error {
		out, batches, err := read(gate)
		if err != nil {
			return err
		}
		told, sealed = nil, batches
		for lines := json.NewDecoder(bytes.NewReader(out)); lines.More(); {
			var e event
			if err := lines.Decode(&e); err != nil {
				return err
			}
			told = append(told, e)
		}
		for door := range b.doors {
			if count(door, "alarm", "duress") != 1 {
				return fmt.Errorf("%d events, %d of them that somebody was threatened at door %d", len(told),
					count(door, "alarm", "duress"), door)
			}
		}
		return nil
	})
	b.equal("what the doors told their manager")
	first, _, err := read(gate)
	for door := range b.doors {
		if other, _, err2 := read(door); err != nil || err2 != nil || !bytes.Equal(first, other) {
			b.Errorf("door %d has other events than the first: %v, %v", door, err, err2)
		}
		if n := count(door, "site order given", ""); n != b.given[door] {
			b.Errorf("door %d told of %d orders of %d", door, n, b.given[door])
		}
		if count(door, "alarm", "forced") != 1 {
			b.Errorf("door %d was forced, and did not tell: %v", door, told)
		}
	}
	last := map[string]uint64{}
	for _, e := range told {
		if e.Entry <= last[e.Door] {
			b.Errorf("door %s tells of entry %d after %d", e.Door, e.Entry, last[e.Door])
		}
		last[e.Door] = e.Entry
	}
	b.Logf("%d events in %d batches", len(told), len(sealed))
	b.unreadable(key, sealed, digits, []byte(pin), []byte("Wang Xiaoming"), []byte("manager of block 4"))
}

// unreadable looks at the hub, on its disk and in its memory, and in a courier's, for what nobody
// but doors and managers may read.
func (b *block) unreadable(key *age.X25519Identity, sealed [][]byte, secrets ...[]byte) {
	b.Helper()
	for _, s := range sealed {
		r, err := age.Decrypt(bytes.NewReader(s), key)
		if err != nil {
			b.Fatal(err)
		}
		open, err := io.ReadAll(r)
		if err != nil || len(open) < 64 {
			b.Fatalf("%d bytes, %v", len(open), err)
		}
		secrets = append(secrets, open[:64])
	}
	places := map[string][]byte{}
	err := filepath.WalkDir(b.path("hub"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			places["disk "+path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, p := range map[string]*program{"hub": b.hub, "courier": b.doors[gate].courier} {
		memory, err := sitetest.Memory(p.Process.Pid)
		if err != nil {
			b.Fatal(err)
		}
		for at, part := range memory {
			places[name+" "+at] = part
		}
	}
	seals := map[string]int{}
	for where, raw := range places {
		kind, _, _ := strings.Cut(where, " ")
		seals[kind] += bytes.Count(raw, []byte("age-encryption.org"))
		for _, s := range secrets {
			if bytes.Contains(raw, s) {
				b.Errorf("%q can be read at the hub or a courier: %s", s, where)
			}
		}
	}
	if seals["disk"] == 0 || seals["hub"] == 0 || seals["courier"] == 0 {
		b.Errorf("%v seals found: this test does not see what it should", seals)
	}
}
