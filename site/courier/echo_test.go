package courier_test

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/site/courier"
	"menshen/site/hub"
)

// protocol remembers what the hub tells couriers of what doors have.
type protocol struct {
	mu     sync.Mutex
	doorAt map[string]string // by connection
	heads  int
	echoed int // of them to the door that said them
}

var (
	lineOf  = regexp.MustCompile(`^[^p].* - (cid:\d+) - .*(?:<<-|->>) \[(\S+) ?(.*)\]$`)
	inboxOf = regexp.MustCompile(`^_INBOX_([0-9a-f]+)\.`)
)

func (*protocol) Enabled(_ context.Context, l slog.Level) bool { return l == hub.Traced }
func (p *protocol) WithAttrs([]slog.Attr) slog.Handler         { return p }
func (p *protocol) WithGroup(string) slog.Handler              { return p }

func (p *protocol) Handle(_ context.Context, r slog.Record) error {
	line := lineOf.FindStringSubmatch(r.Message)
	if line == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	who, word, rest := line[1], line[2], line[3]
	switch {
	case word == "SUB":
		if door := inboxOf.FindStringSubmatch(rest); door != nil {
			p.doorAt[who] = door[1]
		}
	case word == "MSG" && strings.HasPrefix(rest, "heads."):
		subject, _, _ := strings.Cut(rest, " ")
		p.heads++
		if strings.HasSuffix(subject, "."+p.doorAt[who]) {
			p.echoed++
		}
	}
	return nil
}

// TestNoEcho: a courier does not hear its own words again.
func TestNoEcho(t *testing.T) {
	s := newSite(t, 3)
	s.hub.Close()
	heard := &protocol{doorAt: map[string]string{}}
	s.log = slog.New(heard)
	s.open()
	for door := range s.units {
		s.courierWith(door, func(c *courier.Config) { c.Say = time.Millisecond })
	}
	s.write(0, 3)
	s.equal(3, 0, 1, 2)
	s.within(time.Minute, "doors do not say what they have", func() bool {
		heard.mu.Lock()
		defer heard.mu.Unlock()
		return heard.heads > 20
	})
	heard.mu.Lock()
	defer heard.mu.Unlock()
	if len(heard.doorAt) != 3 {
		t.Fatalf("%v: this test does not see what it should", heard.doorAt)
	}
	if heard.echoed > 0 {
		t.Errorf("%d of %d went back to who said them", heard.echoed, heard.heads)
	}
}
