package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/post"
	"menshen/site/record"
	"menshen/store"
	"menshen/store/audit"
)

// A door of a site's tests is a process with a real vault, which a test kills as it likes. It takes
// orders on its standard input, one a line, and answers each when it is done: what was answered was
// acknowledged. Its courier speaks to it over a socket, as docs/protocol.md has it.

// order is what a test has a door do.
type order struct {
	Do     string          `json:"do"`
	Person policy.PersonID `json:"person,omitzero"`
	Text   string          `json:"text,omitempty"`
	Raw    []byte          `json:"raw,omitempty"`
	Code   string          `json:"code,omitempty"`
	Days   int             `json:"days,omitempty"`
}

// report is what became of it.
type report struct {
	Err    string          `json:"err,omitempty"`
	Person policy.PersonID `json:"person,omitzero"`
	Raw    []byte          `json:"raw,omitempty"`
	Code   string          `json:"code,omitempty"`
	Count  int             `json:"count,omitempty"`
	State  *state          `json:"state,omitempty"`
}

// state is what a door knows of its site.
type state struct {
	Site   post.ID           `json:"site"`
	Here   post.ID           `json:"here"`
	Heads  map[string]uint64 `json:"heads"`
	People map[string]string `json:"people"` // all that doors must agree upon, by handle
	Faces  []string          `json:"faces"`  // handles of those whose faces open here
	Due    int               `json:"due"`    // erasures, questions and answers
}

// doorMain is the process: a folder, and by how many days its clock is wrong.
func doorMain(folder, days string) error {
	off, err := strconv.Atoi(days)
	if err != nil {
		return err
	}
	clock := func() time.Time { return time.Now().AddDate(0, 0, off) }
	o := store.Options{Key: store.KeyFile(filepath.Join(folder, "root.key")), Now: clock, Busy: 10 * time.Second}
	dir := filepath.Join(folder, "vault")
	v, err := store.Open(dir, o)
	if errors.Is(err, store.ErrMissing) {
		v, err = store.Create(dir, o)
	}
	if err != nil {
		return err
	}
	defer v.Close()
	socket := filepath.Join(folder, "unit")
	_ = os.Remove(socket) // of the process that was killed
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer l.Close()
	d := &doorProcess{v: v, now: clock}
	go d.serve(l)
	go func() {
		for n := 1; ; n++ {
			time.Sleep(100 * time.Millisecond)
			_, err := v.EraseDue(store.Door)
			if n%10 == 0 {
				_, err2 := v.CatchUp()
				err = errors.Join(err, err2)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o order
		if err := in.Decode(&o); err != nil {
			return nil // the test has ended
		}
		r, err := d.do(o)
		if err != nil {
			r.Err = err.Error()
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
}

type doorProcess struct {
	v   *store.Vault
	now func() time.Time
}

func (d *doorProcess) do(o order) (r report, err error) {
	v := d.v
	change := func(what audit.Kind, f func(p *policy.Person)) error {
		return v.ChangePerson("op", o.Person, what, func(p *policy.Person) error { f(p); return nil })
	}
	switch o.Do {
	case "found":
		err = v.FoundSite("op", o.Text)
	case "request":
		r.Raw, r.Code, err = v.RequestSite(o.Text)
	case "admit":
		r.Raw, r.Code, err = v.AdmitDoor("op", o.Raw, o.Code)
	case "join":
		err = v.JoinSite("op", o.Raw, o.Code)
	case "add":
		r.Person, err = v.AddPerson("op", policy.Person{Name: policy.Private(o.Text), Apartment: policy.Private(o.Code),
			Groups: []string{"residents"}})
		if err == nil {
			_, err = v.AddCredential("op", r.Person, policy.CardKind, o.Raw, "fob", true)
		}
	case "name":
		err = change(audit.PersonCorrected, func(p *policy.Person) { p.Name = policy.Private(o.Text) })
	case "block":
		err = change("blocked", func(p *policy.Person) { p.Blocked = true })
	case "revoke":
		var p policy.Person
		if p, err = v.Person(o.Person); err == nil {
			for _, c := range p.Credentials {
				err = errors.Join(err, v.RevokeCredential("op", o.Person, c.ID))
			}
		}
	case "enrol":
		err = d.enrol(o.Person, change)
	case "withdraw":
		err = d.withdraw(o.Person, change)
	case "erase":
		_, err = v.RemovePerson("op", o.Person, "moved out")
	case "opens": // whether a card does
		var p policy.Person
		var id string
		if p, id, err = v.FindCredential(policy.CardKind, o.Raw); err == nil && (p.Blocked ||
			!slices.ContainsFunc(p.Working(d.now()), func(c policy.Credential) bool { return c.ID == id })) {
			err = errors.New("it opens nothing")
		}
	case "waits": // how many doors have not answered a person's erasure
		var e store.SiteErasure
		e, err = v.SiteAnswers(store.Subject(o.Person))
		r.Count = len(e.Waits())
	case "state":
		r.State, err = d.state()
	default:
		err = fmt.Errorf("no order %q", o.Do)
	}
	return r, err
}

func (d *doorProcess) enrol(id policy.PersonID, change func(audit.Kind, func(*policy.Person)) error) error {
	notice, err := d.v.PutNotice("op", "notice", "en")
	if err != nil {
		return err
	}
	err = change(audit.ConsentGiven, func(p *policy.Person) {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: d.now(), Notice: notice, Lang: "en"}
	})
	if err != nil {
		return err
	}
	return d.v.EnrolFace("op", id, [][]float32{{1, 2, 3}})
}

// withdraw takes a consent back, whether the face is here or at other doors.
func (d *doorProcess) withdraw(id policy.PersonID, change func(audit.Kind, func(*policy.Person)) error) error {
	if p, err := d.v.Person(id); err == nil && p.Face.State == policy.FaceEnrolled {
		_, err := d.v.EraseFace("op", id, "withdrawn")
		return err
	}
	return change(audit.ConsentWithdrawn, func(p *policy.Person) { *p = policy.Withdraw(*p, d.now()) })
}

func (d *doorProcess) state() (*state, error) {
	site, err := d.v.Site()
	if err != nil {
		return nil, err
	}
	s := &state{Site: post.ID(site.ID), Here: post.ID(site.Here), Heads: map[string]uint64{},
		People: map[string]string{}, Due: site.Due + site.Asks}
	for _, x := range site.Doors {
		s.Heads[post.ID(x.ID).String()] = x.Seq
	}
	people, err := d.v.People()
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		text := fmt.Sprint(p.Name.Reveal(), p.Apartment.Reveal(), p.Until.Unix(), p.Groups, p.Blocked)
		for _, c := range p.Credentials {
			text += fmt.Sprint(c.ID, c.Revoked)
		}
		s.People[fmt.Sprintf("%x", p.ID[:])] = text
	}
	return s, d.v.Templates(func(id policy.PersonID, _ [][]float32) error {
		s.Faces = append(s.Faces, fmt.Sprintf("%x", id[:]))
		return nil
	})
}

// serve is the courier's part of the control socket.
func (d *doorProcess) serve(l net.Listener) {
	for {
		line, err := l.Accept()
		if err != nil {
			return
		}
		go d.courier(line)
	}
}

func (d *doorProcess) courier(line net.Conn) {
	defer line.Close()
	in := bufio.NewScanner(line)
	in.Buffer(nil, 32<<10)
	if !in.Scan() || in.Text() != request {
		return
	}
	fmt.Fprint(line, "ok\n", `{"jsonrpc":"2.0","method":"hello","params":{"protocol":1}}`, "\n")
	var part []byte
	for in.Scan() {
		var q struct {
			ID     int             `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		answer := map[string]any{"jsonrpc": "2.0"}
		err := json.Unmarshal(in.Bytes(), &q)
		if err == nil {
			answer["result"], err = d.answer(q.Method, q.Params, &part)
		}
		if answer["id"] = q.ID; err != nil {
			delete(answer, "result")
			answer["error"] = map[string]string{"message": err.Error()}
		}
		if json.NewEncoder(line).Encode(answer) != nil {
			return
		}
	}
}

func (d *doorProcess) answer(method string, params json.RawMessage, part *[]byte) (any, error) {
	switch method {
	case "site.heads":
		s, err := d.v.Site()
		heads, err2 := d.v.SiteHeads()
		out := map[string]uint64{}
		for id, n := range heads {
			out[post.ID(id).String()] = n
		}
		return map[string]any{"site": post.ID(s.ID).String(), "door": post.ID(s.Here).String(), "heads": out},
			errors.Join(err, err2)
	case "site.wait":
		var q struct {
			Told uint64 `json:"told"`
		}
		err := json.Unmarshal(params, &q)
		if err != nil {
			return nil, err
		}
		q.Told, err = desk.NewCourier(d.v, nil).Wait(context.Background(), q.Told)
		return q, err
	case "site.records":
		var q struct {
			Door string
			From uint64
			At   int
		}
		err := json.Unmarshal(params, &q)
		door, err2 := post.ParseID(q.Door)
		records, err3 := d.v.SiteRecords(fact.DoorID(door), q.From, 1)
		if err := errors.Join(err, err2, err3); err != nil || len(records) == 0 {
			return pieces{}, err
		}
		r := records[0]
		return pieces{[]piece{{Size: len(r), At: q.At, Data: r[q.At:min(q.At+perLine, len(r))]}}}, nil
	case "site.apply":
		var q pieces
		if err := json.Unmarshal(params, &q); err != nil {
			return nil, err
		}
		var whole [][]byte
		for _, x := range q.Records {
			if x.At == 0 {
				*part = nil
			}
			if *part = append(*part, x.Data...); len(*part) == x.Size {
				whole, *part = append(whole, *part), nil
			}
		}
		got, err := d.v.ApplySite(whole)
		return map[string]int{"applied": got.Records, "known": got.Known}, err
	}
	return nil, fmt.Errorf("no method %q", method)
}

// door is such a process, as the test sees it. Its methods are for one goroutine a door.
type door struct {
	ID     post.ID
	name   string
	folder string
	days   int // by which its clock is wrong

	mu   sync.Mutex
	proc *exec.Cmd
	to   io.WriteCloser
	from *json.Decoder
}

var errCut = errors.New("the door was killed before it answered")

// tell has the door do something. [errCut]: it may or may not have been done.
func (d *door) tell(o order) (report, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var r report
	if err := json.NewEncoder(d.to).Encode(o); err != nil {
		return r, errCut
	}
	if err := d.from.Decode(&r); err != nil {
		return r, errCut
	}
	if r.Err != "" {
		return r, errors.New(r.Err)
	}
	return r, nil
}

// must has the door do something that cannot fail.
func (d *door) must(t testing.TB, o order) report {
	t.Helper()
	r, err := d.tell(o)
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(d.folder, "log"))
		t.Fatalf("%s: %s: %v\n%s", d.name, o.Do, err, log)
	}
	return r
}

func (d *door) state(t testing.TB) *state { t.Helper(); return d.must(t, order{Do: "state"}).State }

func (d *door) start(t testing.TB) {
	t.Helper()
	c := exec.Command(os.Args[0], "door", d.folder, strconv.Itoa(d.days))
	to, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.OpenFile(filepath.Join(d.folder, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c.Stderr = log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.proc, d.to, d.from = c, to, json.NewDecoder(from)
}

// kill ends the door at once, whatever it does.
func (d *door) kill() {
	_ = d.proc.Process.Kill()
	_ = d.proc.Wait()
}

// newDoors makes the doors of a site, each joined and at one with the others, with clocks that are
// years apart.
func newDoors(t testing.TB, dir string, n int) (all []*door) {
	t.Helper()
	for i := range n {
		d := &door{name: fmt.Sprint("door ", i), folder: filepath.Join(dir, fmt.Sprint("door", i)),
			days: []int{0, 900, -700}[i%3]}
		if err := os.MkdirAll(d.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		d.start(t)
		t.Cleanup(d.kill)
		all = append(all, d)
		if i == 0 {
			d.must(t, order{Do: "found", Text: d.name})
		} else {
			asks := d.must(t, order{Do: "request", Text: d.name})
			welcome := all[0].must(t, order{Do: "admit", Raw: asks.Raw, Code: asks.Code})
			d.must(t, order{Do: "join", Raw: welcome.Raw, Code: welcome.Code})
			carry(t, d, all[0])
		}
		d.ID = d.state(t).Here
	}
	for _, d := range all[1:] {
		carry(t, all[0], d)
	}
	return all
}

// carry takes what one door has and another lacks there, over their couriers' sockets.
func carry(t testing.TB, from, to *door) {
	t.Helper()
	a, b := &unit{socket: filepath.Join(from.folder, "unit")}, &unit{socket: filepath.Join(to.folder, "unit")}
	have, err := a.Heads(t.Context())
	must(t, err)
	defer a.line.Close()
	for id, last := range have {
		known, err := b.Heads(t.Context())
		must(t, err)
		if known[id] >= last {
			continue
		}
		records, err := a.Records(t.Context(), id, known[id]+1, record.Limit)
		must(t, err)
		must(t, b.Apply(t.Context(), records))
	}
	b.line.Close()
}

// short is a state without what each door has of its own, in lines.
func (s *state) short() string {
	var lines []string
	for id, text := range s.People {
		lines = append(lines, id+" "+text)
	}
	for id, n := range s.Heads {
		lines = append(lines, fmt.Sprint(id, " ", n))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
