package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/board"
	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/rpc"
	"menshen/board/service"
	"menshen/hal/sim"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"

	periph "periph.io/x/conn/v3/gpio"
)

// simulatedRun is 'menshen run' at a simulated door. Each line of its input is what happens there,
// and is answered with a line when it is over:
//
//	tap 7        a card is held to the reader: "open" or "shut", did the lock let go within 3 s
//	keys 12#     these are typed at its keypad: likewise
//	exit         the button beside the door is pressed: likewise
//	enter 7      as tap; who is let in goes in
//	force        the door is pushed open, locked or not, and falls shut: "done"
//	fire 1       the fire panel's contact, and with 0 no more: "done"
//	relay        "open" or "shut", and when it was switched last, in nanoseconds since 1970
func simulatedRun() {
	door, err := sim.New(sim.Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			what, with, _ := strings.Cut(in.Text(), " ")
			fmt.Println(happens(door, what, with))
		}
	}()
	main()
}

func happens(door *sim.Door, what, with string) string {
	var card uint16
	_, _ = fmt.Sscan(with, &card)
	before := len(door.Pin(sim.Relay).Trace())
	pass := func() string {
		door.Force()
		time.Sleep(50 * time.Millisecond) // longer than the contact bounces
		door.Shut()
		return "done"
	}
	switch what {
	case "tap", "enter":
		door.Tap(1, card)
	case "keys":
		door.Type(with)
	case "exit":
		door.Press(sim.REX, 50*time.Millisecond)
	case "force":
		return pass()
	case "fire":
		door.Alarm(with == "1")
		return "done"
	case "relay":
		trace := door.Pin(sim.Relay).Trace()
		last := trace[len(trace)-1]
		return fmt.Sprint(map[periph.Level]string{periph.High: "open", periph.Low: "shut"}[last.Level], " ",
			last.At.UnixNano())
	}
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if t := door.Pin(sim.Relay).Trace(); len(t) > before && t[before].Level == periph.High {
			if what == "enter" {
				pass()
			}
			return "open"
		}
	}
	return "shut"
}

// program is a process of the test.
type program struct {
	*exec.Cmd
	in  io.Writer
	out *bufio.Scanner
	log string
}

// start starts a program as a user, which the end of the test ends.
func start(t *testing.T, as uint32, log, path string, words ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(path, words...), log: log}
	to, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	p.Env, p.Stderr = append(os.Environ(), "MENSHEN_TEST_DOOR=1"), to
	if int(as) != os.Geteuid() {
		p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as, Gid: as}}
	}
	p.in, err = p.StdinPipe()
	out, err2 := p.StdoutPipe()
	p.out = bufio.NewScanner(out)
	if err := errors.Join(err, err2, p.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Wait()
		if t.Failed() {
			raw, _ := os.ReadFile(log)
			t.Logf("%s:\n%s", filepath.Base(log), raw)
		}
	})
	return p
}

// happens has something happen at a simulated door (simulatedRun), and gives its answer.
func (p *program) happens(t *testing.T, what ...any) string {
	t.Helper()
	fmt.Fprintln(p.in, what...)
	if !p.out.Scan() {
		t.Fatalf("the door has ended: %v", p.out.Err())
	}
	return p.out.Text()
}

// opens has something happen, and reports whether the lock lets go.
func (p *program) opens(t *testing.T, what ...any) bool {
	t.Helper()
	return p.happens(t, what...) == "open"
}

// siteDoor is one of the building's doors: its configuration, and its program once it runs.
type siteDoor struct {
	conf    *config.Config
	path    string
	id      string // in hex
	program *program
	courier *program
	desk    *rpc.Client
	rows    chan json.RawMessage // of the list that was asked for
}

// newSiteDoor makes a door with a vault, and with more lines in its configuration. Its courier will
// be a user of its own, where root can make one.
func newSiteDoor(t *testing.T, dir string, courier uint32, more ...string) *siteDoor {
	t.Helper()
	raw, err := os.ReadFile("../../board/demo/door.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(raw), "enabled     = true", "enabled = false", 1)
	text = strings.Replace(text, "camera  = true", "camera = false", 1) +
		fmt.Sprintf("\n%s\n[site.courier]\nuser = \"%d\"\nsocket = \"unit\"\n", strings.Join(more, "\n"), courier)
	d := &siteDoor{path: filepath.Join(dir, "door.toml")}
	err = errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o711), os.WriteFile(d.path, []byte(text), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if d.conf, err = config.Load(d.path); err == nil {
		err = board.Init(d.conf, "anna", []byte(boardtest.Secret))
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// vault opens the vault of a door that does not run.
func (d *siteDoor) vault(t *testing.T, use func(*store.Vault) error) {
	t.Helper()
	v, err := board.OpenVault(d.conf)
	if err != nil {
		t.Fatal(err)
	}
	id := v.Unit()
	d.id = hex.EncodeToString(id[:])
	if err := errors.Join(use(v), v.Close()); err != nil {
		t.Fatal(err)
	}
}

// run starts the door's program, and logs in at its control socket.
func (d *siteDoor) run(t *testing.T, log string) {
	t.Helper()
	d.program = start(t, uint32(os.Geteuid()), log, os.Args[0], "run", "--config", d.path)
	var line service.Line
	eventually(t, "the door's control socket", func() (err error) {
		line, err = service.Ask(d.conf, "rpc")
		return err
	})
	t.Cleanup(func() { line.Close() })
	d.rows = make(chan json.RawMessage, 64)
	client, err := rpc.Meet(t.Context(), line, func(m rpc.Told) {
		switch m.Method {
		case "progress": // it waits for the card that is given
			go fmt.Fprintln(d.program.in, "tap 7")
		case "event":
			d.rows <- m.Params
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	d.desk = client
	d.ask(t, "session.login", map[string]any{"name": "anna", "secret": boardtest.Secret}, nil)
	_ = client.Call(t.Context(), "session.acknowledge", nil, nil) // where there is anything to accept
}

func (d *siteDoor) ask(t *testing.T, method string, params, result any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := d.desk.Call(ctx, method, params, result); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
}

// face is the state of a person's face, as the door's desk tells it; an error where it does not
// know the person.
func (d *siteDoor) face(person string) (string, error) {
	var p struct {
		Face struct{ State struct{ Code string } }
	}
	err := d.desk.Call(context.Background(), "people.get", map[string]string{"person": person}, &p)
	return p.Face.State.Code, err
}

func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// TestRLocalSite: two doors, the hub and their couriers, each a program of its own as they are
// installed. Who is added at one door is let in at the other; a face that is taken back, a card
// that is revoked and a person who is erased there are so here. No door holds an internet socket
// meanwhile, and its courier is another user, who reads none of its files.
func TestRLocalSite(t *testing.T) {
	dir, err := os.MkdirTemp("", "msite") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	exe := filepath.Join(dir, "menshen-site")
	if out, err := exec.Command("go", "build", "-o", exe, "../menshen-site").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	courier := uint32(os.Geteuid())
	if courier == 0 {
		courier = 65534
	} else {
		t.Log("not root: the couriers are the doors' own user")
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	gate := newSiteDoor(t, filepath.Join(dir, "gate"), courier)
	lobby := newSiteDoor(t, filepath.Join(dir, "lobby"), courier)

	// The doors meet, as their consoles would have it. Li has a face in the lobby.
	var li policy.PersonID
	var site string
	lobby.vault(t, func(theirs *store.Vault) (err error) {
		gate.vault(t, func(ours *store.Vault) (err error) { li, site, err = meetings(ours, theirs); return err })
		return err
	})
	gate.run(t, filepath.Join(dir, "gate.log"))
	lobby.run(t, filepath.Join(dir, "lobby.log"))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	hub, tickets := filepath.Join(dir, "hub"), filepath.Join(dir, "tickets")
	out, err := exec.Command(exe, "doors", "--unit", gate.conf.CourierSocket()).Output() // as root, or as the courier
	if err != nil || !strings.Contains(string(out), "--site "+site) || !strings.Contains(string(out), gate.id) ||
		!strings.Contains(string(out), lobby.id) {
		t.Errorf("what the hub needs: %s, %v", out, err)
	}
	if out, err := exec.Command(exe, "set-up", "--dir", hub, "--tickets", tickets, "--site", site, "--hub", at, gate.id,
		lobby.id).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	start(t, uint32(os.Geteuid()), filepath.Join(dir, "hub.log"), exe, "hub", "--dir", hub)
	for name, d := range map[string]*siteDoor{"gate": gate, "lobby": lobby} {
		own := filepath.Join(dir, "courier-"+name)
		raw, err := os.ReadFile(filepath.Join(tickets, d.id+".ticket"))
		err = errors.Join(err, os.Mkdir(own, 0o700), os.WriteFile(filepath.Join(own, "ticket"), raw, 0o600),
			os.Chown(own, int(courier), -1), os.Chown(filepath.Join(own, "ticket"), int(courier), -1))
		if err != nil {
			t.Fatal(err)
		}
		d.courier = start(t, courier, own+".log", exe, "courier", "--ticket", filepath.Join(own, "ticket"), "--unit",
			d.conf.CourierSocket(), "--state", filepath.Join(own, "state"))
	}

	var wang struct{ Person string }
	var card struct{ ID string }
	gate.ask(t, "people.add", map[string]string{"name": "Wang Fang", "lang": "zh"}, &wang)
	gate.ask(t, "cards.give", map[string]string{"person": wang.Person, "label": "fob"}, &card)
	if !gate.program.out.Scan() { // what the reader was told when the card was given
		t.Fatal("the gate has ended")
	}
	opens := func(d *siteDoor, want bool) func() error {
		return func() error {
			if got := d.program.opens(t, "tap", 7); got != want {
				return fmt.Errorf("the door opens: %v", got)
			}
			return nil
		}
	}
	eventually(t, "who was added at the gate, in the lobby", opens(lobby, true))
	for name, d := range map[string]*siteDoor{"gate": gate, "lobby": lobby} {
		if n, err := host.Sockets("/", d.program.Process.Pid); n != 0 || err != nil {
			t.Errorf("the %s holds %d internet sockets, %v", name, n, err)
		}
		if n, err := host.Sockets("/", d.courier.Process.Pid); n == 0 || err != nil {
			t.Errorf("the courier of the %s holds %d, %v: this test does not see what it should", name, n, err)
		}
	}

	face := func(want string) func() error {
		return func() error {
			if got, err := lobby.face(hex.EncodeToString(li[:])); err != nil || got != want {
				return fmt.Errorf("%q, %w", got, err)
			}
			return nil
		}
	}
	eventually(t, "Li's face", face(string(policy.FaceEnrolled)))
	gate.ask(t, "faces.withdraw", map[string]string{"person": hex.EncodeToString(li[:])}, nil)
	eventually(t, "the face that was taken back at the gate", face(string(policy.FaceWithdrawn)))

	gate.ask(t, "cards.revoke", map[string]string{"person": wang.Person, "credential": card.ID}, nil)
	eventually(t, "a card that was revoked at the gate", opens(lobby, false))
	gate.ask(t, "people.remove", map[string]string{"person": wang.Person, "reason": "own request"}, nil)
	eventually(t, "who was erased at the gate", func() error {
		if _, err := lobby.face(wang.Person); err == nil {
			return errors.New("the lobby knows them")
		}
		return nil
	})
	if raw, err := os.ReadFile(filepath.Join(dir, "courier-gate", "state")); err != nil || !json.Valid(raw) {
		t.Errorf("the courier's state: %s, %v", raw, err)
	}
}

// meetings founds a site at one vault and has the other join, with a person of whom the second has
// a face.
func meetings(gate, lobby *store.Vault) (li policy.PersonID, site string, err error) {
	if li, err = gate.AddPerson(store.Door, policy.Person{Name: "Li Na"}); err != nil {
		return li, "", err
	}
	_, err = gate.AddCredential(store.Door, li, policy.CardKind, []byte{26, 0, 0, 0, 1}, "fob", true)
	if err = errors.Join(err, gate.FoundSite("anna", "gate")); err != nil {
		return li, "", err
	}
	if err := joins(gate, lobby, "lobby"); err != nil {
		return li, "", err
	}
	all, err := gate.SiteRecords(gate.Unit(), 1, 1<<20)
	if err == nil {
		_, err = lobby.ApplySite(all)
	}
	if err != nil {
		return li, "", err
	}
	s, err := lobby.Site()
	if err != nil {
		return li, "", err
	}
	hash, err := lobby.PutNotice("anna", "notice", "en")
	if err == nil {
		err = lobby.ChangePerson(store.Door, li, audit.ConsentGiven, func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: time.Now(), Notice: hash, Lang: "en", OwnAct: true})
			return err
		})
	}
	if err == nil {
		err = lobby.EnrolFace(store.Door, li, [][]float32{boardtest.FaceOf(7)[:]})
	}
	return li, hex.EncodeToString(s.ID[:]), err
}

// joins has a door become one of the other's site, which hears of it.
func joins(admits, door *store.Vault, name string) error {
	request, code, err := door.RequestSite(name)
	if err != nil {
		return err
	}
	welcome, code, err := admits.AdmitDoor("anna", request, code)
	if err == nil {
		err = door.JoinSite("anna", welcome, code)
	}
	if err != nil {
		return err
	}
	own, err := door.SiteRecords(door.Unit(), 1, 1<<20)
	if err == nil {
		_, err = admits.ApplySite(own)
	}
	return err
}
