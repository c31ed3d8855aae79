package rpc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/internal/golden"
	"menshen/policy"
	"menshen/site/fact"
)

// protocol is the page that documents the methods, and the test of what it says.
const protocol = "../../docs/protocol.md"

// TestProtocol has a unit answer each request of the page. In its blocks a line "→ METHOD PARAMS"
// is asked, "· WORDS" happens at the door while it is answered ("rung", "founded": before), and the
// lines "←" are what the test writes. Each method stands there.
func TestProtocol(t *testing.T) {
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	s := newScript(t)
	var out bytes.Buffer
	asked := map[string]bool{}
	lines := strings.Split(string(page), "\n")
	for i := 0; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "← ") {
			continue
		}
		out.WriteString(lines[i])
		if i < len(lines)-1 {
			out.WriteByte('\n')
		}
		request, ok := strings.CutPrefix(lines[i], "→ ")
		if !ok {
			continue
		}
		var happens []string
		for strings.HasPrefix(lines[i+1], "· ") {
			i++
			out.WriteString(lines[i] + "\n")
			happens = append(happens, strings.TrimPrefix(lines[i], "· "))
		}
		method, params, _ := strings.Cut(request, " ")
		asked[method] = true
		for _, told := range s.ask(method, params, happens) {
			out.WriteString("← " + told + "\n")
		}
	}
	golden.Compare(t, protocol, out.Bytes())
	for _, m := range append(rpc.Methods(), rpc.CourierMethods()...) {
		if !asked[m] {
			t.Errorf("%s has no example", m)
		}
	}
}

// TestWhoMayAsk holds the page's table against the unit: each method as each role, with the
// parameters of its example. It asks as those first who may least.
func TestWhoMayAsk(t *testing.T) {
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	examples := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if request, ok := strings.CutPrefix(line, "→ "); ok {
			method, params, _ := strings.Cut(request, " ")
			if !slices.Contains(rpc.CourierMethods(), method) { // no operator's
				examples[method] = params
			}
		}
	}
	s := newScript(t)
	id := s.bench.Someone(1)
	s.last["$person"] = hex.EncodeToString(id[:])
	may := map[string]string{}
	for _, role := range []desk.Role{desk.Installer, desk.Technician, desk.Auditor, desk.Manager} {
		s.bench.Operator("op-"+string(role), role)
		client := s.meet()
		params := map[string]string{"name": "op-" + string(role), "secret": boardtest.Secret}
		if err := client.Call(context.Background(), "session.login", params, nil); err != nil {
			t.Fatal(err)
		}
		for method := range examples {
			if strings.HasPrefix(method, "session.") {
				continue
			}
			if s.mayAsk(client, method, examples[method]) {
				may[method] += string(role)[:1]
			}
		}
	}
	var table strings.Builder
	for _, method := range rpc.Methods() {
		if strings.HasPrefix(method, "session.") {
			continue
		}
		fmt.Fprintf(&table, "| `%s` |", method)
		for _, r := range "itma" {
			fmt.Fprintf(&table, " %s |", map[bool]string{true: "yes", false: "–"}[strings.ContainsRune(may[method], r)])
		}
		table.WriteByte('\n')
	}
	head := "| method | installer | technician | manager | auditor |\n|---|---|---|---|---|\n"
	before, after, found := strings.Cut(text, head)
	if !found {
		t.Fatal("the page has no table of who may ask what")
	}
	for strings.HasPrefix(after, "|") {
		_, after, _ = strings.Cut(after, "\n")
	}
	golden.Compare(t, protocol, []byte(before+head+table.String()+after))
}

// script plays the page.
type script struct {
	*testing.T
	bench   *boardtest.Bench
	client  *rpc.Client
	courier *rpc.Client // at another door; nil: not met yet
	told    chan rpc.Told
	shown   map[string]string // what the page calls a handle, by what the unit does
	last    map[string]string // "$person": the newest handle of a kind, as the unit calls it
}

func newScript(t *testing.T) *script {
	b := boardtest.New(t, func(c *config.Config) {
		c.Site.Zone = "Asia/Shanghai"
		c.Site.Access = []config.Access{{Hours: policy.Always}, {Group: "residents", Hours: policy.Always}}
		c.Passes = config.Passes{Enabled: true, Camera: true}
		c.Readers[0].Keypad = 4
		c.Outputs = []config.Output{{Name: "garage", Pin: "GPIO5"}}
	})
	b.Start()
	s := &script{T: t, bench: b, told: make(chan rpc.Told, 1000), shown: map[string]string{},
		last: map[string]string{}}
	s.client = s.meet()
	return s
}

// mayAsk reports whether the unit does anything but refuse the role.
func (s *script) mayAsk(client *rpc.Client, method, params string) bool {
	s.Helper()
	var err error
	// What waits is asked twice: a refusal may be late once, on a busy machine.
	for _, patience := range []time.Duration{300 * time.Millisecond, 700 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err = client.Call(ctx, method, json.RawMessage(s.filled(params)), nil)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	var e *rpc.Error
	switch errors.As(err, &e); {
	case e == nil && err != nil && !errors.Is(err, context.DeadlineExceeded):
		s.Fatalf("%s: %v", method, err)
	case e != nil && (e.Code == rpc.CodeParams || e.Code == rpc.CodeNoSession || e.Code == rpc.CodeMethod):
		s.Fatalf("%s %s: %v", method, params, err)
	}
	return e == nil || e.What != desk.ErrNotAllowed.What.ID
}

// filled is parameters with what the unit calls the newest handles; none are an empty object.
func (s *script) filled(params string) string {
	for name, h := range s.last {
		params = strings.ReplaceAll(params, name, h)
	}
	for _, number := range []string{"$decision", "$import"} { // none told yet
		params = strings.ReplaceAll(params, number, "1")
	}
	params = strings.ReplaceAll(params, "$notice", strings.Repeat("0", 64))
	if params == "" {
		return "{}"
	}
	return params
}

func (s *script) meet() *rpc.Client {
	return s.meetAt(rpc.New(s.bench.Desk, rpc.Options{Unit: "Block 3", Line: "test",
		Location: s.bench.Config.Site.Location()}))
}

// meetCourier meets a door of a site as its courier does.
func (s *script) meetCourier() *rpc.Client {
	if s.courier == nil {
		b := boardtest.New(s.T)
		if err := b.Vault.FoundSite("anna", "gate"); err != nil {
			s.Fatal(err)
		}
		b.Start()
		s.courier = s.meetAt(rpc.NewCourier(desk.NewCourier(b.Vault, b.Unit), rpc.Options{}))
	}
	return s.courier
}

func (s *script) meetAt(server *rpc.Server) *rpc.Client {
	here, there := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s.Cleanup(func() { cancel(); here.Close(); there.Close(); <-done })
	go func() { done <- server.Serve(ctx, there) }()
	client, err := rpc.Meet(ctx, here, func(m rpc.Told) { s.told <- m })
	if err != nil {
		s.Fatal(err)
	}
	return client
}

// before is what happens before a request is asked.
func (s *script) before(ctx context.Context) map[string]func() error {
	return map[string]func() error{
		"rung": func() error { return s.bench.Driver.Do(ctx, func() { s.bench.Input("bell", true) }) },
		"told": func() error { _, err := s.bench.Vault.Teller().Tell(); return err },
		"founded": func() error {
			if err := s.bench.Vault.FoundSite("anna", "gate"); err != nil {
				return err
			}
			_, err := s.bench.Vault.TellState(fact.State{Version: "8c0c084d0123", Raised: []string{"mains lost"},
				Faults: []string{"reader outside"}, Image: "1.3", Supply: "battery"})
			return err
		},
	}
}

// ask asks, lets things happen once the unit waits for them, and gives what it told meanwhile and
// then answered, as the page shows it.
func (s *script) ask(method, params string, happens []string) (lines []string) {
	s.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if before := s.before(ctx); len(happens) > 0 && before[happens[0]] != nil {
		if err := before[happens[0]](); err != nil {
			s.Fatal(err)
		}
		happens = happens[1:]
	}
	late := time.After(time.Minute)
	answer := make(chan string, 1)
	client := s.client
	if slices.Contains(rpc.CourierMethods(), method) {
		client = s.meetCourier()
	}
	go func() {
		var result json.RawMessage
		err := client.Call(ctx, method, json.RawMessage(s.filled(params)), &result)
		var e *rpc.Error
		switch {
		case err == nil:
			answer <- string(result)
		case errors.As(err, &e):
			answer <- fmt.Sprintf(`error %d "%s"`, e.Code, e.Text)
		default:
			answer <- "error " + err.Error()
		}
	}()
	next := func() (line string, answered bool) {
		select {
		case m := <-s.told:
			return m.Method + " " + string(m.Params), false
		case line = <-answer:
			return line, true
		case <-late:
			s.Fatalf("%s: no answer", method)
		}
		return "", true
	}
	seen := map[string]bool{}
	show := func(line string) {
		if strings.HasPrefix(line, "ended ") { // after the answer to session.logout
			return
		}
		if strings.HasPrefix(line, "event ") && !strings.Contains(line, `"of":`) { // a list is told whole
			if !strings.Contains(line, `"decision":`) && !strings.Contains(line, `"kind":`) || seen["event"] {
				return // of the clock and the parts, at any time
			}
			seen["event"] = true
		}
		s.remember(line)
		if line = s.show(line); !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	for _, what := range happens {
		if n, again := strings.CutPrefix(what, "cards "); again { // nothing tells that it waits
			s.untilTold(func() { s.happen("card "+n, nil) })
			continue
		}
		if what == "picture" {
			s.untilTold(func() { s.bench.Eye.Pics <- grey(160, 128) })
			continue
		}
		line, answered := next()
		show(line)
		if answered {
			s.Fatalf("%s was answered before %q: %s", method, what, line)
		}
		s.happen(what, cancel)
	}
	for {
		line, answered := next()
		for answered && len(s.told) > 0 { // before the answer
			m := <-s.told
			show(m.Method + " " + string(m.Params))
		}
		if show(line); answered {
			return lines
		}
	}
}

// untilTold lets something happen until the unit tells of it.
func (s *script) untilTold(happen func()) {
	before := len(s.told)
	for i := 0; len(s.told) == before && i < 100; i++ {
		happen()
		time.Sleep(100 * time.Millisecond)
	}
}

// happen does what the page says happens at the door.
func (s *script) happen(what string, cancel func()) {
	s.Helper()
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "card":
		n, err := strconv.ParseUint(rest, 10, 64)
		if err != nil {
			s.Fatal(err)
		}
		s.bench.Reader.Tap(boardtest.CardOf(n))
	case "cancel":
		cancel()
	default:
		s.Fatalf("nobody knows what happens by %q", what)
	}
}

// kinds are what later requests name by "$", and the member that the unit tells it in.
var kinds = map[string]*regexp.Regexp{
	"$person":     regexp.MustCompile(`"person":"([0-9a-f]{32})"`),
	"$credential": regexp.MustCompile(`^{"id":"([0-9a-f]+)","kind"`),
	"$incident":   regexp.MustCompile(`^{"incident":{"id":"([a-z2-9]{6})"`),
	"$request":    regexp.MustCompile(`^{"id":"([a-z2-9]{6})","asks"`),
	"$decision":   regexp.MustCompile(`"decision":\{"number":(\d+)`),
	"$notice":     regexp.MustCompile(`"hash":"([0-9a-f]{64})"`),
	"$pass":       regexp.MustCompile(`^{"number":"([0-9a-f]{8})","from"`),
	"$order":      regexp.MustCompile(`^{"id":"([0-9a-f]{24})","order"`),
	"$list":       regexp.MustCompile(`"file":"([0-9a-f]{64})"`),
	"$import":     regexp.MustCompile(`^{"entry":(\d+)`),
	"$version":    regexp.MustCompile(`"version":"([0-9a-f]{16})"`),
	"$door":       regexp.MustCompile(`^{"site":"[0-9a-f]{32}","door":"([0-9a-f]{32})"`),
}

// remember keeps the handles that a line tells.
func (s *script) remember(line string) {
	for kind, at := range kinds {
		if m := at.FindStringSubmatch(line); m != nil {
			s.last[kind] = m[1]
		}
	}
}

// handles are what differs from one unit to another: handles and hashes in hex.
var handles = regexp.MustCompile(`"[0-9a-f]{8,64}"`)

// modules are a pass's code, which differs from one pass to another.
var modules = regexp.MustCompile(`"qr":\["[01]+".*?\]`)

// figures are what differs from one run to another, and what the page has in its place.
var figures = []struct {
	find *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`"id":\d+,?`), ""}, // of the request
	{regexp.MustCompile(`they are in /[^"]*"`), `they are in /var/lib/menshen.out"`},
	{regexp.MustCompile(`"id":"[a-z2-9]{6}"`), `"id":"k7m2qx"`},
	{regexp.MustCompile(`incident([- ]|-write )[a-z2-9]{6}`), "incident${1}k7m2qx"},
	{regexp.MustCompile(`("number":|"entries":|"entry":)\d+`), "${1}4711"},
	{regexp.MustCompile(`"number":"\d+"`), `"number":"4711"`},
	{regexp.MustCompile(`"digits":"[0-9 ]+"`), `"digits":"204 117 380"`},
	{regexp.MustCompile(`"passphrase":"[0-9a-z-]+"`), `"passphrase":"n3dp-ugtl-k5u4-hkqw"`},
	{regexp.MustCompile(`"(page|pass)-[0-9a-f]{8}-`), `"$1-4bf5122f-`},
	{regexp.MustCompile(`pass-[0-9a-f]{32}`), "pass-4bf5122f344554c53bde2ebb8cd2b7e3"},
	{regexp.MustCompile(`("text":"cards"},"n":)\d+`), "${1}4"},
	{regexp.MustCompile(`"size":\d+,"at":0,"data":"[^"]*"`), `"size":722,"at":0,"data":"owBYx6gA…"`},
	{regexp.MustCompile(`"data":"YWdl[^"]*"`), `"data":"YWdlLWVuY3J5cHRpb24ub3JnL3Yx…"`},
	{regexp.MustCompile(`\d+ before, 0 after; \d+ bytes`), "11 before, 0 after; 290816 bytes"},
	{regexp.MustCompile(`("weeks":\[\]),"open":\d+`), "$1"}, // whether one release had ended before the next
}

// show is a line as the page has it: with handles that are the same at each run, and not too long.
func (s *script) show(line string) string {
	line = modules.ReplaceAllString(line, `"qr":["11111110010…",…]`)
	line = handles.ReplaceAllStringFunc(line, func(real string) string {
		if s.shown[real] == "" {
			sum := sha256.Sum256([]byte{byte(len(s.shown))})
			s.shown[real] = `"` + hex.EncodeToString(sum[:])[:len(real)-2] + `"`
		}
		return s.shown[real]
	})
	for _, f := range figures {
		line = f.find.ReplaceAllString(line, f.by)
	}
	const most = 700
	if r := []rune(line); len(r) > most {
		line = string(r[:most]) + " …"
	}
	return line
}
