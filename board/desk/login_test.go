package desk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/console"
	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/disktest"
)

// impatient is a clock by which pauses of a console are over at once.
type impatient struct{}

func (impatient) Now() time.Time { return time.Now() }
func (impatient) AfterFunc(d time.Duration, f func()) console.Timer {
	if d < time.Minute {
		d = 0
	}
	return time.AfterFunc(d, f)
}

// typing gives answers, each when it is asked for, and gathers what a console shows.
type typing struct {
	ask  chan string
	said strings.Builder
	left []string
}

func (k *typing) Write(p []byte) (int, error) {
	k.said.Write(p)
	if strings.HasSuffix(string(p), ": ") && len(k.left) > 0 {
		k.ask <- k.left[0]
		if k.left = k.left[1:]; len(k.left) == 0 {
			close(k.ask)
		}
	}
	return len(p), nil
}

func (k *typing) Read(p []byte) (int, error) {
	s, ok := <-k.ask
	if !ok {
		return 0, io.EOF
	}
	return copy(p, s+"\r"), nil
}

// atConsole is what a new console at a line shows to a person who gives these answers.
func (b *bench) atConsole(line desk.LineName, answers ...string) string {
	b.Helper()
	k := &typing{ask: make(chan string, len(answers)), left: append(answers, "\x04")}
	o := console.Options{Line: line, Plain: true, Once: true, Clock: impatient{}}
	if err := console.Serve(context.Background(), k, b.Desk, o); err != nil {
		b.Fatal(err)
	}
	return k.said.String()
}

// TestROperatorConsoleTellsNothing: at the console, wrong secrets and wrong recovery codes of an
// account, of a blocked one and of an unknown name are answered in the same words, in either
// language, before and during a lock.
func TestROperatorConsoleTellsNothing(t *testing.T) {
	b := newBench(t)
	b.Operator("eve", store.Technician)
	b.Operator("bob", store.Technician)
	if err := b.Desk.ChangeOperator(context.Background(), b.Staff, "bob", desk.Technician, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.NewRecovery(context.Background(), b.Staff, "eve"); err != nil {
		t.Fatal(err)
	}
	log, code := func(name string) []string { return []string{name, "wrong"} }, func(name string) []string {
		return []string{"?recover", name, "00000-00000-00000-00000", "another secret", "another secret"}
	}
	for _, c := range []struct {
		of   func(string) []string
		lang string
		want map[bool]string // locked or not
	}{
		{log, "?en", map[bool]string{false: "Name or secret is wrong.",
			true: "Too many wrong tries here. Wait, 15 minutes at most, or log in at another line."}},
		{log, "?zh", map[bool]string{false: "登录名或密码错误。", true: "此处错误次数过多。"}},
		{code, "?en", map[bool]string{false: "Name or secret is wrong.", true: "Too many wrong tries here."}},
	} {
		line := desk.LineName(fmt.Sprintf("%v %s", c.want, c.lang))
		for try := range 7 {
			var first string
			for _, name := range []string{"eve", "bob", "joe"} {
				got := strings.ReplaceAll(b.atConsole(line, append([]string{c.lang}, c.of(name)...)...), name, "NAME")
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("try %d of %s is answered\n%s\nand of an account\n%s", try+1, name, got, first)
				}
				if want := c.want[try >= 5]; !strings.Contains(strings.ReplaceAll(got, "\r\n", " "), want) {
					t.Errorf("try %d of %s: no %q in\n%s", try+1, name, want, got)
				}
			}
		}
	}
}

// TestROperatorOwnSecretAsks: a session that another person uses cannot give its account another
// secret, and wrong ones count.
func TestROperatorOwnSecretAsks(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	eve := b.Operator("eve", store.Technician)
	another := desk.Secret("another secret")
	for range 5 {
		if err := b.Desk.SetSecret(ctx, eve, desk.Secret("a guess"), another); !errors.Is(err, desk.ErrRefused) {
			t.Fatal(err)
		}
	}
	if err := b.Desk.SetSecret(ctx, eve, desk.Secret(boardtest.Secret), another); !errors.Is(err, desk.ErrLockedOut) {
		t.Errorf("guessed without end: %v", err)
	}
	b.Clock.Advance(time.Minute)
	err := b.Desk.SetSecret(ctx, eve, desk.Secret(boardtest.Secret), desk.Secret("short"))
	if err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("a short one: %v", err)
	}
	if err := b.Desk.SetSecret(ctx, eve, desk.Secret(boardtest.Secret), another); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.LogIn(ctx, "test", "eve", desk.Secret(boardtest.Secret),
		i18n.English, nil); !errors.Is(err, desk.ErrRefused) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := b.Desk.LogIn(ctx, "test", "eve", another, i18n.English, nil); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if n := b.Count(audit.OperatorSecretChanged); n != 1 {
		t.Errorf("%d changes are recorded", n)
	}
}

// TestLogInOnAFullDisk: an operator is let in to see the status, and nothing else until the record
// of the log-in is written. Who was in already goes on as before.
func TestLogInOnAFullDisk(t *testing.T) {
	if !disktest.Alone(t) {
		return
	}
	b := newBench(t)
	ctx := context.Background()
	free := disktest.Fill(t)
	said := ""
	tell := func(s desk.Step) { said += s.Text }
	if _, err := b.Desk.LogIn(ctx, "serial", "anna", []byte("a wrong secret"), i18n.English, tell); !errors.Is(err,
		desk.ErrRefused) || said != "" {
		t.Errorf("a wrong secret: %v, %q", err, said)
	}
	s, err := b.Desk.LogIn(ctx, "serial", "anna", desk.Secret(boardtest.Secret), i18n.English, tell)
	if err != nil || !strings.Contains(said, "the status can be seen") {
		t.Fatalf("%v, %q", err, said)
	}
	if _, err := b.Desk.Status(ctx, s); err != nil {
		t.Errorf("the status: %v", err)
	}
	find := func(s desk.Session) error { _, err := b.Desk.Find(ctx, s, ""); return err }
	var problem *i18n.Error
	if err := find(s); !errors.Is(err, desk.ErrRecordsWait) || !errors.As(err, &problem) || problem.Remedy.IsZero() {
		t.Errorf("the people: %v", err)
	}
	if _, err := b.Desk.OpenDoor(ctx, s, "test"); !errors.Is(err, desk.ErrRecordsWait) || b.Relay.On() {
		t.Errorf("the door: %v", err)
	}
	if err := find(b.Staff); err != nil {
		t.Errorf("an earlier session: %v", err)
	}
	free()
	for until := time.Now().Add(time.Minute); b.Vault.Backlog() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the records are not written")
		}
	}
	if err := find(s); err != nil {
		t.Errorf("the people, when the disk takes records: %v", err)
	}
}
