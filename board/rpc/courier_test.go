package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/policy"
	"menshen/store"
)

// siteDoor is a door that founded a site, with one person, and its courier's client.
func siteDoor(t *testing.T, change ...func(*config.Config)) (*boardtest.Bench, *desk.Courier, *rpc.Client) {
	t.Helper()
	b := boardtest.New(t, change...)
	if err := b.Vault.FoundSite("anna", "gate"); err != nil {
		t.Fatal(err)
	}
	b.Someone(7)
	b.Start()
	courier := desk.NewCourier(b.Vault, b.Unit)
	here, there := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	t.Cleanup(func() { cancel(); here.Close(); there.Close(); <-done })
	go func() { done <- rpc.NewCourier(courier, rpc.Options{}).Serve(ctx, there) }()
	client, err := rpc.Meet(ctx, here, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b, courier, client
}

// TestCourierMayNothingElse: no method of an operator answers the courier, and what it is told
// has neither a name nor a card.
func TestCourierMayNothingElse(t *testing.T) {
	b, _, client := siteDoor(t)
	if client.Unit != "" {
		t.Errorf("it is told that the unit is %q", client.Unit)
	}
	for _, method := range append(rpc.Methods(), "site.found") {
		var refused *rpc.Error
		err := client.Call(t.Context(), method, map[string]string{"name": "anna", "secret": boardtest.Secret}, nil)
		if !errors.As(err, &refused) || refused.Code != rpc.CodeMethod {
			t.Errorf("%s: %v", method, err)
		}
	}
	var heads struct {
		Door  string
		Heads map[string]uint64
	}
	var told struct{ Records []struct{ Data []byte } }
	err := errors.Join(client.Call(t.Context(), "site.heads", nil, &heads),
		client.Call(t.Context(), "site.records", map[string]any{"door": heads.Door, "from": 1, "at": 0}, &told))
	if err != nil || len(told.Records) != int(heads.Heads[heads.Door]) || len(told.Records) < 2 {
		t.Fatalf("%+v, %d records, %v", heads, len(told.Records), err)
	}
	for _, r := range told.Records {
		if bytes.Contains(r.Data, []byte("Tenant")) || !bytes.Contains(r.Data, []byte("age-encryption.org")) {
			t.Errorf("a record is not sealed: %q", r.Data)
		}
	}
	if b.Relay.On() {
		t.Error("the door opened")
	}
}

// TestCourierWaits: who waits for news has them as soon as the door tells something, and at once
// where it was told already.
func TestCourierWaits(t *testing.T) {
	b, courier, client := siteDoor(t)
	var now, next struct{ Told uint64 }
	if err := client.Call(t.Context(), "site.wait", map[string]int{"told": 0}, &now); err != nil || now.Told == 0 {
		t.Fatalf("%+v, %v", now, err)
	}
	if n, err := courier.Wait(t.Context(), now.Told+7); err != nil || n != now.Told { // the vault was put back
		t.Errorf("%d, %v", n, err)
	}
	answered := make(chan error)
	go func() { answered <- client.Call(t.Context(), "site.wait", map[string]uint64{"told": now.Told}, &next) }()
	select {
	case err := <-answered:
		t.Fatalf("nothing was told, and it is answered: %+v, %v", next, err)
	default:
	}
	if _, err := b.Vault.AddPerson("op", policy.Person{Name: "Tenant"}); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil || next.Told <= now.Told {
		t.Errorf("%+v after %+v, %v", next, now, err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if n, err := courier.Wait(gone, next.Told); err != nil || n != next.Told {
		t.Errorf("%d, %v", n, err)
	}
}

// TestCourierNotes: the courier is given the note of who came in, which it cannot read, and hands
// over others'; it is told why one is not believed.
func TestCourierNotes(t *testing.T) {
	b, _, client := siteDoor(t, func(c *config.Config) {
		c.Site.Passback, c.Site.PassbackSite = config.Duration(time.Hour), config.Duration(time.Hour)
	})
	lobby := boardtest.New(t)
	request, code, err := lobby.Vault.RequestSite("lobby")
	if err != nil {
		t.Fatal(err)
	}
	welcome, code, err := b.Vault.AdmitDoor("op", request, code)
	if err = errors.Join(err, lobby.Vault.JoinSite("op", welcome, code)); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Told uint64
		Note []byte
	}
	b.Someone(8)
	answered := make(chan error)
	go func() { answered <- client.Call(t.Context(), "site.note", map[string]int{"told": 0}, &said) }()
	if err := b.Driver.Do(t.Context(), func() { b.Tap(8); b.Input("contact", true) }); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil || said.Told == 0 {
		t.Fatalf("%d, %v", said.Told, err)
	}
	if _, who, err := lobby.Vault.OpenNote(said.Note); err != nil || len(who) != 1 {
		t.Errorf("%d people, %v", len(who), err)
	}
	var heard struct{ Refused string }
	err = client.Call(t.Context(), "site.hear", map[string][]byte{"note": said.Note}, &heard)
	if err != nil || heard.Refused != store.ErrNoMember.Error() { // it is this door's own
		t.Errorf("%q, %v", heard.Refused, err)
	}
}

// TestCourierPace: the courier's lines are taken at one pace, over however many connections they
// come.
func TestCourierPace(t *testing.T) {
	b, _, _ := siteDoor(t)
	server := rpc.NewCourier(desk.NewCourier(b.Vault, b.Unit), rpc.Options{})
	const connections, each, burst = 4, 40, 100
	began := time.Now()
	var all sync.WaitGroup
	for range connections {
		here, there := net.Pipe()
		all.Go(func() { _ = server.Serve(t.Context(), there) })
		all.Go(func() {
			defer here.Close()
			client, err := rpc.Meet(t.Context(), here, nil)
			for i := 0; i < each && err == nil; i++ {
				err = client.Call(t.Context(), "site.heads", nil, nil)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if took, least := time.Since(began), (connections*each-burst-1)*rpc.CourierPace; took < least {
		t.Errorf("%d lines were taken in %v, not in %v or more", connections*each, took, least)
	}
}

// TestCourierPieces: a long record comes in pieces, and those that do not fit are refused.
func TestCourierPieces(t *testing.T) {
	_, _, client := siteDoor(t)
	piece := func(size, at int, data ...byte) error {
		return client.Call(t.Context(), "site.apply", map[string]any{"records": []any{
			map[string]any{"size": size, "at": at, "data": data}}}, nil)
	}
	for _, x := range []struct {
		size, at int
		data     []byte
		refused  bool
	}{
		{9, 0, []byte("abc"), false}, {9, 3, []byte("def"), false}, {9, 6, []byte("ghi"), false},
		{9, 6, []byte("ghi"), true},                               // twice
		{9, 0, []byte("abc"), false}, {9, 6, []byte("ghi"), true}, // one left out
		{2, 0, []byte("abc"), true}, {-1, 0, nil, true}, // too much of it
		{1 << 40, 0, []byte("a"), true}, {9, -1, []byte("a"), true}, // too long
		{9, 0, []byte("abc"), false}, {9, 0, []byte("abcdefghi"), false}, // begun anew
	} {
		if err := piece(x.size, x.at, x.data...); (err != nil) != x.refused {
			t.Errorf("%d of %d at %d: %v", len(x.data), x.size, x.at, err)
		}
	}
}

// FuzzCourier sends any bytes to a door of a site as its courier. Whatever they are, each answer is
// a line of JSON that fits and tells no name, nothing is written, and the door still knows what it
// did.
func FuzzCourier(f *testing.F) {
	line := func(method, params string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`+"\n", method, params)
	}
	f.Add([]byte(line("site.heads", "{}")))
	f.Add([]byte(line("site.records",
		`{"door":"4a64a107f0cb32536e5bce6c98c393db","from":18446744073709551615,"at":-1}`)))
	f.Add([]byte(line("site.apply",
		`{"records":[{"size":1048576,"at":0,"data":"bm8="},{"size":-5,"at":2,"data":""}]}`)))
	f.Add([]byte(line("site.note", `{"told":0}`) + line("site.hear", `{"note":"bm8gbm90ZQ=="}`)))
	f.Add([]byte(line("people.find", `{"words":"Tenant"}`) +
		line("session.login", `{"name":"anna","secret":"correct horse"}`)))
	f.Add([]byte("{\"jsonrpc\":\"2.0\",\"method\":\"cancel\",\"params\":{\"id\":1}}\n\x00"))
	vault, courier := vaultOfSite(f)
	whole := func() string {
		heads, err := courier.Heads()
		entries, err2 := vault.Entries(0, 1, true)
		if err = errors.Join(err, err2); err != nil || len(entries) == 0 {
			f.Fatal(err)
		}
		return fmt.Sprint(heads, entries[0].Seq)
	}
	before := whole()
	f.Fuzz(func(t *testing.T, lines []byte) {
		if bytes.Count(lines, []byte("\n"))+bytes.Count(lines, []byte("\r")) > 50 {
			return // more take their time
		}
		out := &answers{T: t}
		err := rpc.NewCourier(courier, rpc.Options{}).Serve(t.Context(), struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(lines), io.MultiWriter(out, nameless{t})})
		if err == nil || out.rest != "" {
			t.Errorf("the visit ended with %v, and the last line is %q", err, out.rest)
		}
		if now := whole(); now != before {
			t.Errorf("something was written: %s, before %s", now, before)
		}
	})
}

// nameless checks that no name of the door leaves it.
type nameless struct{ *testing.T }

func (n nameless) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("Tenant")) || bytes.Contains(b, []byte("anna")) {
		n.Errorf("the unit wrote %q", b)
	}
	return len(b), nil
}

// vaultOfSite is a door of a site without its unit.
func vaultOfSite(f *testing.F) (*store.Vault, *desk.Courier) {
	dir := f.TempDir()
	v, err := store.Create(filepath.Join(dir, "vault"), store.Options{Key: store.KeyFile(filepath.Join(dir, "key")),
		Cost: store.Cost{Time: 1, Memory: 64, Lanes: 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { v.Close() })
	_, err = v.AddPerson(store.Door, policy.Person{Name: "Tenant 7"})
	if err = errors.Join(err, v.FoundSite("anna", "gate")); err != nil {
		f.Fatal(err)
	}
	return v, desk.NewCourier(v, bare{v})
}

// bare applies records without a unit, and has nothing to note.
type bare struct{ vault *store.Vault }

func (bare) Note(_ context.Context, told uint64) ([]byte, uint64, error) { return nil, told, nil }

func (b bare) HearNote(_ context.Context, note []byte) error {
	_, _, err := b.vault.OpenNote(note)
	return err
}

func (b bare) ApplySite(_ context.Context, records [][]byte) (store.SiteApplied, error) {
	return b.vault.ApplySite(records)
}
