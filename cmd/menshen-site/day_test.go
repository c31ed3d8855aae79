package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"menshen/policy"
	"menshen/site/hub"
)

// traffic counts what the hub's protocol moves, by kind: it is a log that the hub tells each line
// of it. What TLS and TCP add is not in it.
type traffic struct {
	slog.Handler // for all else that the hub logs

	mu    sync.Mutex
	kinds map[string]count
	asked map[string]string // by inbox, what the answer there is about
}

type count struct{ Messages, Bytes int }

func newTraffic(log slog.Handler) *traffic {
	return &traffic{Handler: log, kinds: map[string]count{}, asked: map[string]string{}}
}

func (t *traffic) Enabled(ctx context.Context, l slog.Level) bool {
	return l == hub.Traced || t.Handler.Enabled(ctx, l)
}

// traced is a line of a courier: from or to it, the word, what stands behind it.
var traced = regexp.MustCompile(`^[^p].* - cid:.* - (<<-|->>) \[(\S+) ?(.*)\]$`)

func (t *traffic) Handle(ctx context.Context, r slog.Record) error {
	if r.Level != hub.Traced {
		return t.Handler.Handle(ctx, r)
	}
	line := traced.FindStringSubmatch(r.Message)
	if line == nil {
		return nil // of the hub itself
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kind, words := line[2], strings.Fields(line[3])
	n := len(kind) + len(" \r\n") + len(line[3])
	switch kind {
	case "PUB", "HPUB", "MSG", "HMSG":
		size, err := strconv.Atoi(words[len(words)-1])
		if err != nil {
			return err
		}
		n += size + len("\r\n")
		kind = t.about(kind, words)
	case "PING", "PONG":
		kind = "beats"
	default:
		kind = "beginnings"
	}
	c := t.kinds[kind]
	t.kinds[kind] = count{c.Messages + 1, c.Bytes + n}
	return nil
}

// about says of what kind a message is.
func (t *traffic) about(word string, words []string) string {
	kinds := map[string]string{"site": "records", "carried": "records of another door", "heads": "what doors have",
		"notes": "notes"}
	subject := words[0]
	first, _, _ := strings.Cut(subject, ".")
	kind, known := kinds[first]
	switch {
	case known:
	case strings.HasPrefix(subject, "$JS.API.CONSUMER.MSG.NEXT."):
		return "asking for more" // each answer to it is a record or a beat
	case first == "$JS":
		kind = "beginnings"
	case t.asked[subject] != "":
		kind = "answers: " + t.asked[subject]
		delete(t.asked, subject)
		return kind
	case word == "HMSG" && words[len(words)-1] == words[len(words)-2]: // nothing but its head
		return "beats"
	default:
		return "other"
	}
	if strings.HasSuffix(word, "PUB") && strings.HasPrefix(words[1], "_INBOX") {
		t.asked[words[1]] = kind
	}
	return kind
}

// less gives what was moved after an earlier moment.
func less(now, was map[string]count) map[string]count {
	moved := map[string]count{}
	for kind, c := range now {
		if c.Messages -= was[kind].Messages; c.Messages > 0 {
			moved[kind] = count{c.Messages, c.Bytes - was[kind].Bytes}
		}
	}
	return moved
}

// say logs what was moved by kind, so many times.
func say(t testing.TB, moved map[string]count, times float64) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(moved)) {
		t.Logf("%-30s %10.0f messages %10.2f MB", kind, times*float64(moved[kind].Messages),
			times*float64(moved[kind].Bytes)/1e6)
	}
}

func (t *traffic) now() map[string]count {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.kinds)
}

// tallied begins a line of a hub's log that has what it moved since the last one.
const tallied = "moved "

// countedLog is a hub's log with a line a second of what it moved: of one that is killed no more is
// lost.
func countedLog(w io.Writer) *slog.Logger {
	moved := newTraffic(slog.NewTextHandler(w, nil))
	go func() {
		for was := moved.now(); ; time.Sleep(time.Second) {
			now := moved.now()
			if raw, err := json.Marshal(less(now, was)); err == nil && len(raw) > len("{}") {
				fmt.Fprintf(w, "%s%s\n", tallied, raw)
			}
			was = now
		}
	}()
	return slog.New(moved)
}

// moved adds up what a building's hub has moved by its log.
func (b *building) moved() map[string]count {
	b.t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.dir, "hub.log"))
	must(b.t, err)
	all := map[string]count{}
	for line := range strings.Lines(string(raw)) {
		var some map[string]count
		if text, is := strings.CutPrefix(line, tallied); is && json.Unmarshal([]byte(text), &some) == nil {
			for kind, c := range some {
				all[kind] = count{all[kind].Messages + c.Messages, all[kind].Bytes + c.Bytes}
			}
		}
	}
	return all
}

// TestDay measures what a day of a site moves, by a part of it, for docs/figures.md. What follows
// the start is left out: doors say less and less often what they have, until they rest at eight
// times the first wait.
func TestDay(t *testing.T) {
	if !*all {
		t.Skip("an hour: -all")
	}
	for _, x := range []struct {
		doors, changes int // changes in the part that is measured
		start, part    time.Duration
	}{
		{3, 0, 5 * time.Minute, 24 * time.Minute}, {3, 3, 5 * time.Minute, 24 * time.Minute},
		{20, 0, 25 * time.Minute, 27 * time.Minute}, {20, 3, 5 * time.Minute, 24 * time.Minute},
	} {
		perDay := float64(24*time.Hour) / float64(x.part)
		t.Run(fmt.Sprintf("%d doors, %.0f changes", x.doors, float64(x.changes)*perDay), func(t *testing.T) {
			count := newTraffic(slog.DiscardHandler)
			r := newRowTold(t, x.doors, count)
			id, err := r.doors[0].AddPerson("op", policy.Person{Name: "Li Na"})
			must(t, err)
			r.carry(r.doors...)
			r.settled(5 * time.Minute)
			time.Sleep(x.start)
			for len(r.changed) > 0 {
				<-r.changed
			}
			was, bytes := count.now(), loopback(t)
			for i := range x.changes {
				time.Sleep(x.part / time.Duration(x.changes+1))
				r.change(r.doors[i%len(r.doors)], id, i%2 == 0)
			}
			time.Sleep(x.part / time.Duration(x.changes+1))
			t.Logf("%.1f MB a day over the network", (loopback(t)-bytes)*perDay/1e6)
			say(t, less(count.now(), was), perDay)
		})
	}
}
