package service_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/service"
	"menshen/policy"
	"menshen/store"
)

// socketed gives a bench whose loop runs and whose control socket answers. stop ends the socket
// as the end of the unit does.
func socketed(t *testing.T, change ...func(*config.Config)) (b *bench, stop func()) {
	t.Helper()
	b = newBench(t, change...)
	dir, err := os.MkdirTemp("", "menshen") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	b.Config.Console.Socket = filepath.Join(dir, "control")
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		service.ServeControl(ctx, b.Config, service.Requests{"console": service.ConsoleRequest(b.Config, b.Desk),
			"groups": service.GroupsRequest(b.Vault, b.Unit),
			"hours":  service.HoursRequest(b.Config, b.Vault)}, slog.New(slog.DiscardHandler))
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	for until := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if info, err := os.Stat(b.Config.Console.Socket); err == nil && info.Mode().Perm() == 0o600 {
			return b, stop
		}
		if time.Now().After(until) {
			t.Fatal("the socket never came, or others may open it")
		}
	}
}

// caller is a client at the other end of the socket.
type caller struct {
	*testing.T
	line service.Line
	got  typed
	over chan error // the unit closed the line
}

// call opens a console.
func call(t *testing.T, c *config.Config) *caller {
	t.Helper()
	line, err := service.Ask(c, "console 80x24 vt100 en")
	if err != nil {
		t.Fatal(err)
	}
	k := &caller{T: t, line: line, over: make(chan error, 1)}
	go func() { _, err := io.Copy(&k.got, line); k.over <- err }()
	t.Cleanup(func() { line.Close() })
	return k
}

func (k *caller) see(want string) {
	k.Helper()
	for until := time.Now().Add(time.Minute); !k.got.has(want); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			k.Fatalf("never saw %q, but:\n%s", want, k.got.text.String())
		}
	}
}

func (k *caller) hit(keys string) {
	k.Helper()
	if _, err := io.WriteString(k.line, keys); err != nil {
		k.Fatal(err)
	}
}

func (k *caller) logIn(name string) {
	k.Helper()
	k.see("log-in: ")
	k.hit(name + "\r")
	k.see("secret: ")
	k.hit(boardtest.Secret + "\r")
	k.see(name + "> ")
}

// ends waits until the unit has closed the line.
func (k *caller) ends() {
	k.Helper()
	select {
	case <-k.over:
	case <-time.After(time.Minute):
		k.Fatal("the unit did not close the line")
	}
}

// logOuts gives the reasons of the log-outs of an operator, oldest first.
func (b *bench) logOuts() (why []string) {
	for _, e := range b.Entries() {
		if e.Kind == "log-out" {
			why = append([]string{e.Detail["why"]}, why...)
		}
	}
	return why
}

// TestControlTwoConsoles: two technicians at once; one opens the door, the other's line
// breaks in the middle of a command.
func TestControlTwoConsoles(t *testing.T) {
	b, _ := socketed(t)
	b.Operator("tom", store.Technician)
	anna, tom := call(t, b.Config), call(t, b.Config)
	anna.logIn("anna")
	tom.logIn("tom")
	tom.hit("live\r")
	tom.see("Press any key to end this.")
	tom.line.Close()
	b.Eventually("a log-out of whom the line left", func() bool { return slices.Contains(b.logOuts(), "line lost") })
	anna.hit("open for the courier\r")
	anna.see("Recorded.")
	if !b.Relay.On() {
		t.Error("the console did not open the door")
	}
	anna.hit("logout\r")
	anna.ends()
	if got := b.logOuts(); !slices.Equal(got, []string{"line lost", "asked"}) {
		t.Errorf("log-outs: %q", got)
	}
	if anna.got.has(boardtest.Secret) || !anna.got.has("Ctrl-D leaves.") {
		t.Errorf("anna saw %q", anna.got.text.String())
	}
}

// TestControlEndsWithTheUnit: an operator who is logged in when the unit stops
// is logged out, on the record.
func TestControlEndsWithTheUnit(t *testing.T) {
	b, stop := socketed(t)
	anna := call(t, b.Config)
	anna.logIn("anna")
	stop()
	anna.ends()
	if got := b.logOuts(); !slices.Equal(got, []string{"line lost"}) {
		t.Errorf("log-outs: %q", got)
	}
	if _, err := service.Ask(b.Config, "console 80x24"); !errors.Is(err, service.ErrNoUnit) {
		t.Errorf("after the end: %v", err)
	}
}

// TestControlHostile: whatever a client of the unit's own user sends, nothing hangs, nothing
// opens, and the next one is served.
func TestControlHostile(t *testing.T) {
	b, _ := socketed(t)
	for request, refusal := range map[string]string{
		"":                    "unknown request",
		"shutdown":            "unknown request",
		"console":             "size of its terminal",
		"console -1x24":       "size of its terminal",
		"console 99999999x24": "size of its terminal",
		"console 80x24x\x00":  "",
		strings.Repeat("A", 4*service.MaxRequest): "at most 256 bytes",
		"\x1b]0;x\x07\xff\xfe":                    `unknown request "\x1b]0;x\a\xff\xfe`,
	} {
		line, err := service.Ask(b.Config, request)
		if refusal == "" {
			if err != nil {
				t.Errorf("%q: %v", request, err)
				continue
			}
			line.Close()
		} else if err == nil || !strings.Contains(err.Error(), refusal) {
			t.Errorf("%.40q: %v, want %q", request, err, refusal)
		}
	}

	// Noise without end instead of a request, and in a console.
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	raw := b.dial()
	_, _ = raw.Write(noise)
	raw.Close()
	k := call(t, b.Config)
	k.see("log-in: ")
	_, _ = k.line.Write(bytes.ReplaceAll(noise, []byte{4}, nil))
	k.line.Close()

	anna := call(t, b.Config)
	anna.logIn("anna")
	if b.Relay.On() || b.Count("decision") != 0 {
		t.Error("noise opened the door")
	}
}

func (b *bench) dial() *net.UnixConn {
	b.Helper()
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: b.Config.Console.Socket, Net: "unix"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return conn
}

// TestControlPlaces: clients that send half a request, or nothing, lose their place;
// too many at once are told so.
func TestControlPlaces(t *testing.T) {
	hello := service.Requests{"hello": func(_ context.Context, _ store.Actor, words []string,
		line io.ReadWriter) error {
		_, err := io.WriteString(line, strings.Join(words, "+"))
		return err
	}}
	b := &bench{&boardtest.Bench{T: t,
		Config: &config.Config{Console: config.Console{Socket: filepath.Join(t.TempDir(), "s")}}}}
	l, err := service.Listen(b.Config.Console.Socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); service.ServeRequests(ctx, l, hello, 200*time.Millisecond) }()
	defer func() { cancel(); <-ended }()
	for i := range service.MaxClients {
		if conn := b.dial(); i%2 == 0 {
			_, _ = io.WriteString(conn, "hel")
		}
	}
	if _, err := service.Ask(b.Config, "hello"); err == nil ||
		!strings.Contains(err.Error(), "8 clients are connected already") {
		t.Errorf("one too many: %v", err)
	}
	b.Eventually("a place", func() bool {
		line, err := service.Ask(b.Config, "hello a b")
		if err != nil {
			return false
		}
		defer line.Close()
		got, _ := io.ReadAll(line)
		return string(got) == "a+b"
	})
}

// TestControlListen: a socket left by a crash is replaced, anything else is left alone.
func TestControlListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	first, err := service.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	first.SetUnlinkOnClose(false)
	first.Close()
	if second, err := service.Listen(path); err != nil {
		t.Errorf("a left socket: %v", err)
	} else {
		second.Close()
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket stays behind: %v", err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Listen(path); err == nil || !strings.Contains(err.Error(), "making the socket") {
		t.Errorf("over another file: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Error("another file was removed")
	}
}

// TestROperatorControlSocketAsksWho: another user who reaches the socket, whatever the rights
// of files say, is turned away.
func TestROperatorControlSocketAsksWho(t *testing.T) {
	courier := uint32(991)
	for _, x := range []struct {
		client  uint32
		own     int
		courier *uint32
		in      bool
	}{{0, 990, nil, true}, {990, 990, nil, true}, {1000, 990, nil, false}, {65534, 0, nil, false},
		{991, 990, nil, false}, {991, 990, &courier, true}, {0, 990, &courier, true},
		{990, 990, &courier, false}, {1000, 990, &courier, false}} {
		if service.Admitted(x.client, x.own, x.courier) != x.in {
			t.Errorf("user %d at a unit of user %d, for the courier %v: %v", x.client, x.own, x.courier != nil, !x.in)
		}
	}
	if path := os.Getenv("MENSHEN_TEST_SOCKET"); path != "" { // this is the other user
		_, err := service.Ask(&config.Config{Console: config.Console{Socket: path}}, "console 80x24")
		os.Stdout.WriteString("the other user: " + err.Error() + "\n")
		return
	}
	if os.Geteuid() != 0 {
		t.Log("not root: no other user to be")
		return
	}
	b, _ := socketed(t)
	for path, mode := range map[string]os.FileMode{filepath.Dir(b.Config.Console.Socket): 0o711,
		b.Config.Console.Socket: 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	exe := filepath.Join(filepath.Dir(b.Config.Console.Socket), "other")
	raw, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(exe, raw, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command(exe, "-test.run=^"+t.Name()+"$", "-test.v")
	other.Env = append(os.Environ(), "MENSHEN_TEST_SOCKET="+b.Config.Console.Socket)
	other.Dir = "/"
	other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := other.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "user 65534 may not") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func FuzzTerminalOf(f *testing.F) {
	for _, s := range []string{"80x24", "80x24 dumb zh", "x", "-3x9", "1e3x2", "99999999999999999999x1",
		"80x24junk vt100"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := service.TerminalOf(strings.Fields(s))
		if err == nil && (o.Width < 1 || o.Height < 1 || o.Width > 1000 || o.Height > 1000 || !o.Once) {
			t.Errorf("%q gives %+v", s, o)
		}
	})
}

// TestOneZoneEverywhere: one event has the same time in all places, in the site's zone.
func TestOneZoneEverywhere(t *testing.T) {
	b, _ := socketed(t)
	b.Someone(7)
	b.TapAtReader(7) // at 08:00 UTC, which is 16:00 in Shanghai
	k := call(t, b.Config)
	k.logIn("anna")
	for _, command := range []string{"decisions 1", "why", "status", "clock",
		`add "Li Na" --from 2026-03-02 --until 2026-03-31`, "person Li"} {
		k.hit(command + "\r")
	}
	k.see("lease ends")
	for _, want := range []string{"2026-03-02 16:00:00  card", "2026-03-02 16:00:00, Asia/Shanghai",
		"lease from  2026-03-02", "lease ends  2026-03-31"} {
		k.see(want)
	}
	if k.got.has("08:00") {
		t.Errorf("a time of another zone is shown:\n%s", k.got.text.String())
	}
}

// TestHoursOverTheSocket: 'menshen config check' learns the hours in force, and that they are the
// console's.
func TestHoursOverTheSocket(t *testing.T) {
	b, _ := socketed(t)
	if h, err := service.AskHours(b.Config); err != nil || !h.Changed.IsZero() {
		t.Errorf("%+v, %v", h, err)
	}
	now := policy.Hours{}.With("night", policy.Access{Hours: policy.Always, Until: b.Clock.Now().Add(time.Hour)})
	if err := b.Desk.ChangeHours(t.Context(), b.Staff, policy.Hours{}, now); err != nil {
		t.Fatal(err)
	}
	h, err := service.AskHours(b.Config)
	if err != nil || h.Changed.IsZero() || len(h.Access) != 1 || h.Access[0].Group != "night" ||
		!h.Access[0].Until.Equal(now.Access[0].Until) {
		t.Errorf("%+v, %v", h, err)
	}
}
