package desk_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/console"
	"menshen/internal/attack"
	"menshen/policy"
	"menshen/store"
)

// planted is a tenant whose name and flat stand nowhere else, so that they can be
// found in what a console shows.
var planted = policy.Person{Name: "Quirinius Zyx", Apartment: "1204", Lang: "en"}

// TestROperatorAtTheConsole types each command that a manager has, by the example of its help, as
// every other role. What a role does not have is refused; an auditor changes nothing; installer and
// technician see no name and no flat of a tenant.
func TestROperatorAtTheConsole(t *testing.T) {
	attack.Run(t, "console: every command as every role", 1, func(c *attack.Campaign) {
		b := newBench(t)
		id, err := b.Vault.AddPerson(store.Door, planted)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Vault.AddCredential(store.Door, id, policy.CardKind, boardtest.CardOf(1).Credential(), "fob",
			true); err != nil {
			t.Fatal(err)
		}
		for _, role := range []store.Role{store.Installer, store.Technician, store.Auditor} {
			b.Operator("op-"+string(role), role)
		}
		b.Tap(1)
		b.Start()
		manager := b.typist("anna")
		all := manager.commands()
		if len(all) < 45 {
			t.Fatalf("the manager has %d commands", len(all))
		}
		if got := manager.do("person 1204"); !strings.Contains(got, "Quirinius") {
			t.Fatalf("the name that is looked for is not shown to the manager:\n%s", got)
		}
		for _, role := range []store.Role{store.Auditor, store.Technician, store.Installer} {
			before := b.keeps()
			o := b.typist("op-" + string(role))
			own := o.commands()
			for name, example := range all {
				// that would set this machine's clock
				if name == "logout" || name == "lang" || name == "clock" && role == store.Technician {
					continue
				}
				got := o.do(example)
				refused := strings.Contains(got, "Your role may not do that.")
				// of a command that it has, a role may lack a part: "incident open"
				if _, has := own[name]; !has && !refused {
					t.Errorf("%s as %s does not stand in help, and answers:\n%s", example, role, got)
				}
				if refused {
					c.Count("refused")
				} else {
					c.Count("answered")
				}
				if role == store.Auditor {
					continue
				}
				for _, secret := range []string{"Quirinius", "Zyx"} {
					if strings.Contains(got, secret) {
						t.Errorf("%s as %s tells a tenant's name:\n%s", example, role, got)
					}
				}
			}
			if after := b.keeps(); role == store.Auditor && after != before {
				t.Errorf("an auditor changed what the unit keeps:\n%s\nit was\n%s", after, before)
			}
		}
	})
}

// keeps is all that operators may change: people, accounts, papers, passes, notices, orders.
func (b *bench) keeps() string {
	b.Helper()
	people, err := b.Vault.People()
	operators, err2 := b.Vault.Operators()
	papers, err3 := b.Vault.Papers("")
	passes, err4 := b.Vault.Passes()
	if err := errors.Join(err, err2, err3, err4); err != nil {
		b.Fatal(err)
	}
	for i := range operators {
		operators[i].LastLogin = time.Time{}
	}
	return fmt.Sprintf("%+v\n%+v\n%+v\n%+v", people, operators, papers, passes)
}

// typist is a person at a console of the unit.
type typist struct {
	b      *bench
	line   net.Conn
	prompt string
	heard  chan string
}

// typist logs an operator in at a line of their own.
func (b *bench) typist(name string) *typist {
	b.Helper()
	theirs, ours := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- console.Serve(ctx, ours, b.Desk,
			console.Options{Unit: "front", Plain: true, Height: 1000, Location: time.UTC})
	}()
	y := &typist{b: b, line: theirs, prompt: name + "> ", heard: make(chan string, 1024)}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := theirs.Read(buf)
			if err != nil {
				close(y.heard)
				return
			}
			y.heard <- string(buf[:n])
		}
	}()
	b.Cleanup(func() {
		cancel()
		theirs.Close()
		ours.Close()
		<-done
	})
	y.until("log-in: ")
	y.type_(name + "\r")
	y.until("secret: ")
	y.type_(boardtest.Secret + "\r")
	y.until(y.prompt)
	return y
}

func (y *typist) type_(keys string) {
	y.b.Helper()
	if _, err := y.line.Write([]byte(keys)); err != nil {
		y.b.Fatal(err)
	}
}

// until gives what is shown up to a prompt. Where a command waits or asks, it is left with Ctrl-C.
func (y *typist) until(prompt string) string {
	y.b.Helper()
	got, interrupts := "", 0
	for !strings.HasSuffix(got, prompt) {
		select {
		case more, ok := <-y.heard:
			if !ok {
				y.b.Fatalf("the line ended after\n%s", got)
			}
			got += more
		case <-time.After(time.Second):
			if interrupts++; interrupts > 60 {
				y.b.Fatalf("no prompt after\n%s", got)
			}
			y.type_("\x03")
		}
	}
	return got
}

// do types a command and gives what it shows.
func (y *typist) do(command string) string {
	y.b.Helper()
	y.type_(command + "\r")
	return y.until(y.prompt)
}

var commandLine = regexp.MustCompile(`(?m)^  ([a-z-]+) `)

// commands are what help lists for this operator: name → example.
func (y *typist) commands() map[string]string {
	y.b.Helper()
	all := map[string]string{}
	for _, m := range commandLine.FindAllStringSubmatch(y.do("help"), -1) {
		_, example, ok := strings.Cut(y.do("help "+m[1]), "Example: ")
		if !ok {
			y.b.Fatalf("help %s shows no example", m[1])
		}
		example, _, _ = strings.Cut(example, "\r")
		all[m[1]] = strings.TrimSpace(example)
	}
	return all
}
