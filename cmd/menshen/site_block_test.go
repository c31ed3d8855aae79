package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/rpc"
	"menshen/board/service"
	"menshen/hal"
	"menshen/hal/sim"
	"menshen/policy"
	"menshen/site/sitetest"
	"menshen/store"
)

var all = flag.Bool("all", false, "the campaign of a site's doors, in network namespaces (root): make site-test")

// block is three doors that run, their couriers and a hub, each a program as it is installed, on
// wires of their own.
type block struct {
	*testing.T
	dir, exe string
	wires    *sitetest.Wires
	doors    []*siteDoor
	heads    []*rpc.Client // how far each has read, by its courier's socket
	hub      *program
	people   []policy.PersonID // with cards numbered from 0 on
	given    []int             // orders given, by door
	came     int               // of the people: how many have come in somewhere
}

const (
	gate = iota
	lobby
	garage
)

var blockNames = []string{"gate", "lobby", "garage"}

// blockSays is in each door's configuration: a person may not come in twice, at whatever door; who
// tries the digits of a pass that is used up is not locked out.
const blockSays = `[site]
passback      = "1h"
passback_site = "1h"
[site.keypad]
free  = 100
alarm = 0`

func newBlock(t *testing.T) *block {
	t.Helper()
	b := &block{T: t, wires: sitetest.NewWires(t, 3), given: make([]int, 3), heads: make([]*rpc.Client, 3)}
	var err error
	if b.dir, err = os.MkdirTemp("", "msite"); err != nil { // a socket's path is short
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(b.dir) })
	b.exe = filepath.Join(b.dir, "menshen-site")
	if out, err := exec.Command("go", "build", "-o", b.exe, "../menshen-site").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range blockNames {
		b.doors = append(b.doors, newSiteDoor(t, filepath.Join(b.dir, name), uint32(os.Geteuid()), blockSays))
	}
	words := []string{"set-up", "--dir", b.path("hub"), "--tickets", b.path("tickets"), "--hub", sitetest.HubAt,
		"--site", b.meet()}
	for _, d := range b.doors {
		words = append(words, d.id)
	}
	if out, err := exec.Command(b.exe, words...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b.startHub()
	for i := range b.doors {
		b.startDoor(i)
		b.startCourier(i)
	}
	return b
}

func (b *block) path(name ...any) string { return filepath.Join(b.dir, fmt.Sprint(name...)) }

// meet has the doors become a site, with people of the first.
func (b *block) meet() (site string) {
	b.doors[gate].vault(b.T, func(first *store.Vault) error {
		for i := range 40 {
			id, err := first.AddPerson(store.Door, policy.Person{Name: policy.Private(fmt.Sprint("Wang Xiaoming ", i))})
			if err == nil {
				_, err = first.AddCredential(store.Door, id, policy.CardKind, cardOf(i).Credential(), "fob", true)
			}
			if err != nil {
				return err
			}
			b.people = append(b.people, id)
		}
		if err := first.FoundSite("anna", blockNames[gate]); err != nil {
			return err
		}
		for i, d := range b.doors[1:] {
			d.vault(b.T, func(v *store.Vault) error { return joins(first, v, blockNames[1+i]) })
		}
		s, err := first.Site()
		site = hex.EncodeToString(s.ID[:])
		return err
	})
	return site
}

// cardOf is a card as the door's reader reads it.
func cardOf(number int) hal.Card {
	c := hal.Card{Bits: 26, Raw: make([]byte, 4)}
	for i, one := range sim.H10301(1, uint16(number)) {
		if one {
			c.Raw[i/8] |= 0x80 >> (i % 8)
		}
	}
	return c
}

// at starts a program at a place on the wires.
func (b *block) at(place, log string, words ...string) *program {
	return start(b.T, uint32(os.Geteuid()), b.path(log), "ip", append([]string{"netns", "exec", b.wires.Name(place),
		b.exe}, words...)...)
}

func (b *block) startHub() { b.hub = b.at("hub", "hub.log", "hub", "--dir", b.path("hub")) }

func (b *block) startCourier(door int) {
	d := b.doors[door]
	d.courier = b.at(fmt.Sprint("d", door), fmt.Sprint("courier", door, ".log"), "courier", "--ticket",
		filepath.Join(b.path("tickets"), d.id+".ticket"), "--unit", d.conf.CourierSocket(),
		"--state", b.path("state", door))
}

func (b *block) startDoor(door int) {
	d := b.doors[door]
	d.run(b.T, b.path("door", door, ".log"))
	other := *d.conf
	other.Console.Socket = d.conf.CourierSocket()
	eventually(b.T, "the door's socket for its courier", func() error {
		line, err := service.Ask(&other, "courier")
		if err == nil {
			b.Cleanup(func() { line.Close() })
			b.heads[door], err = rpc.Meet(b.Context(), line, nil)
		}
		return err
	})
}

// cut ends a program as a power cut does.
func (b *block) cut(p *program) {
	_ = p.Process.Kill()
	_ = p.Wait()
}

// connected waits until a courier is with the hub, or is not.
func (b *block) connected(door int, want bool) {
	b.Helper()
	b.soon("the courier", func() error {
		out, err := exec.Command(b.exe, "status", "--lang", "en", "--state", b.path("state", door)).CombinedOutput()
		if (err == nil) != want {
			return fmt.Errorf("%s", out)
		}
		return nil
	})
}

// soon waits for something that takes a connection or two, over wires that may lose much.
func (b *block) soon(what string, try func() error) time.Duration {
	b.Helper()
	began := time.Now()
	for ; ; time.Sleep(100 * time.Millisecond) {
		err := try()
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > 5*time.Minute {
			b.Fatalf("%s: %v", what, err)
		}
	}
}

// list asks a door for a list, and gives its rows.
func (b *block) list(door int, method string) (rows []map[string]any) {
	b.Helper()
	d := b.doors[door]
	d.ask(b.T, method, map[string]any{}, nil)
	for {
		select {
		case raw := <-d.rows:
			var some struct{ Rows []map[string]any }
			if err := json.Unmarshal(raw, &some); err != nil {
				b.Fatal(err)
			}
			rows = append(rows, some.Rows...)
		default:
			return rows
		}
	}
}

// knows is what all doors must agree upon, as each one's desk and socket tell it.
func (b *block) knows(door int) string {
	b.Helper()
	var read struct{ Heads map[string]uint64 }
	if err := b.heads[door].Call(b.Context(), "site.heads", nil, &read); err != nil {
		b.Fatal(err)
	}
	lines := []string{fmt.Sprint(read.Heads)}
	for method, of := range map[string][]string{"site.orders": {"id", "order"}, "site.managers": {"key", "name"},
		"passes.list": {"number", "uses"}, "site.events": {"door", "batch", "data"}} {
		for _, row := range b.list(door, method) {
			line := method
			for _, name := range of {
				line += fmt.Sprint(" ", row[name])
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// equal waits until all doors know the same.
func (b *block) equal(after string) {
	b.Helper()
	took := b.soon(after, func() error {
		first := b.knows(gate)
		for door := range b.doors[1:] {
			if other := b.knows(1 + door); other != first {
				return fmt.Errorf("door %d knows other things than the first:\n%.2000s\n%.2000s", 1+door, other, first)
			}
		}
		return nil
	})
	b.Logf("%-60s equal after %.1f s", after, took.Seconds())
}

// order has a door order all of them.
func (b *block) order(door int, kind string) {
	b.Helper()
	b.doors[door].ask(b.T, "site.order", map[string]any{"order": kind, "for": 3600}, nil)
	b.given[door]++
}

// end has a door end all orders that it knows.
func (b *block) end(door int) {
	b.Helper()
	var ids []any
	for _, o := range b.list(door, "site.orders") {
		ids = append(ids, o["id"])
	}
	if len(ids) == 0 {
		b.Errorf("door %d knows of no order that it could end", door)
	}
	b.doors[door].ask(b.T, "site.end", map[string]any{"orders": ids}, nil)
}

// relay is whether a lock lets go, and since when it does what it does.
func (b *block) relay(door int) (open bool, since time.Time) {
	b.Helper()
	var word string
	var at int64
	if _, err := fmt.Sscan(b.doors[door].program.happens(b.T, "relay"), &word, &at); err != nil {
		b.Fatal(err)
	}
	return word == "open", time.Unix(0, at)
}

// relays waits until some locks let go or hold, and gives since when the last one of them does.
func (b *block) relays(open bool, doors ...int) (last time.Time) {
	b.Helper()
	for _, door := range doors {
		for end := time.Now().Add(5 * time.Minute); ; time.Sleep(2 * time.Millisecond) {
			is, since := b.relay(door)
			if is == open {
				if since.After(last) {
					last = since
				}
				break
			}
			if time.Now().After(end) {
				b.Fatalf("door %d: its lock lets go: %v", door, is)
			}
		}
	}
	return last
}

// opens has something happen at a door that is shut, and reports whether it opens. It waits until
// the door is shut again.
func (b *block) opens(door int, what ...any) bool {
	b.Helper()
	b.relays(false, door)
	is := b.doors[door].program.opens(b.T, what...)
	b.relays(false, door)
	return is
}

// cards waits until a card opens some doors, or none of them.
func (b *block) cards(open bool, doors ...int) {
	b.Helper()
	for _, door := range doors {
		b.soon(fmt.Sprintf("door %d opens to a card: %v", door, !open), func() error {
			if b.opens(door, "tap", len(b.people)-1) != open {
				return errors.New("not yet")
			}
			return nil
		})
	}
}

// waysOut holds against all doors that the button beside the door and the fire panel open them,
// whatever stands.
func (b *block) waysOut() {
	b.Helper()
	for door, d := range b.doors {
		if open, _ := b.relay(door); !open && !b.opens(door, "exit") {
			b.Errorf("door %d: nobody gets out", door)
		}
		was, _ := b.relay(door)
		d.program.happens(b.T, "fire", 1)
		b.relays(true, door)
		d.program.happens(b.T, "fire", 0)
		b.relays(was, door)
	}
}

// next is a person who has not come in anywhere.
func (b *block) next() (card int) {
	b.came++
	return b.came - 1
}

// heardOf waits until a door would refuse a person, who came in at another.
func (b *block) heardOf(door, person int) {
	b.Helper()
	b.soon("who came in elsewhere", func() error {
		if why := b.reason(door, person); why != string(policy.ReasonPassback) {
			return fmt.Errorf("door %d would say: %s", door, why)
		}
		return nil
	})
}

// reason is what a door would say to a person now.
func (b *block) reason(door, person int) string {
	b.Helper()
	var e struct{ Reason struct{ Code string } }
	b.doors[door].ask(b.T, "entry.may", map[string]string{"person": hex.EncodeToString(b.people[person][:])}, &e)
	return e.Reason.Code
}
