package main

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/internal/cli"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/site/events"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

func eventsVerb() *cobra.Command {
	var keyFile string
	var asJSON bool
	var lang i18n.Language
	c := &cobra.Command{
		Use:   "events --key KEYFILE [FILE]",
		Short: "read what the doors told their managers",
		Long: `Opens what the doors of the site sealed for their managers, with the secret half of a manager's
key, and prints what happened, the newest last: alarms, duress, faults, orders, updates, erasures. FILE is what the
desk page saved, what 'managers --events' at a door's console wrote, or what 'menshen call site.events'
printed; without it, the standard input.

Times are those of the doors' own clocks. Where batches of a door are missing between others, or are
sealed to other keys only, that is said last, and the exit code is 1.`,
		Example: `  menshen-site events --key manager.key events-c555eab4.site
  menshen call --as anna site.events | menshen-site events --key manager.key`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, words []string) error {
			keys, err := keysIn(keyFile)
			if err != nil {
				return err
			}
			in := c.InOrStdin()
			if len(words) > 0 {
				f, err := os.Open(words[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			r := reader{keys: keys, doors: map[fact.DoorID]*doorRead{}}
			if err := r.read(in); err != nil {
				return err
			}
			if asJSON {
				return errors.Join(r.printJSON(c.OutOrStdout()), r.trouble(c.ErrOrStderr(), lang))
			}
			r.print(c.OutOrStdout(), lang)
			return r.trouble(c.OutOrStdout(), lang)
		},
	}
	c.Flags().StringVar(&keyFile, "key", "", "the file with the manager's secret key")
	c.Flags().BoolVar(&asJSON, "json", false, "one event a line, as JSON")
	cli.LangFlag(c.Flags(), &lang, cli.UserLanguage())
	return c
}

// keysIn reads a file of age identities.
func keysIn(path string) ([]age.Identity, error) {
	if path == "" {
		return nil, cli.Usage(errors.New("say which key: --key FILE, with the secret half of a manager's key"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := age.ParseIdentities(f)
	if err != nil { // the library quotes the line, which may be half a key
		return nil, fmt.Errorf("%s has no secret key of age, or more than that", path)
	}
	return keys, nil
}

// reader reads the batches of all doors.
type reader struct {
	keys  []age.Identity
	doors map[fact.DoorID]*doorRead
	all   []happened
}

// doorRead is what was read of a door.
type doorRead struct {
	name    string
	numbers []uint64
	closed  int // batches that none of the keys opens
	damaged int
	left    int // events for which there was no room
}

// happened is an event at a door.
type happened struct {
	Door string `json:"door"` // its handle, in hex
	Name string `json:"name"`
	events.Event
}

// line is a batch, or some batches, as a unit gives them.
type line struct {
	Door  string
	Name  string
	Batch uint64
	Data  []byte
	Rows  []line
}

// lineMost is how long a line may be, in bytes: what fits into one of the protocol for programs.
const lineMost = 64 << 10

// read takes lines of JSON; those without a batch are left out. Error: there is none with one.
func (r *reader) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, lineMost)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		for _, b := range append(l.Rows, l) {
			r.take(b)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading what the doors told: %w", err)
	}
	if len(r.doors) == 0 {
		return errors.New("there are no batches of events in it: save them at the desk page ('All doors'), " +
			"or write them with 'managers --events' at a door's console")
	}
	r.sort()
	return nil
}

// take opens a batch.
func (r *reader) take(l line) {
	id, err := hex.DecodeString(l.Door)
	if err != nil || len(id) != len(fact.DoorID{}) || len(l.Data) == 0 {
		return
	}
	door := fact.DoorID(id)
	d := r.doors[door]
	if d == nil {
		d = &doorRead{name: screen.Clean(cmp.Or(l.Name, l.Door[:8]))}
		r.doors[door] = d
	}
	d.numbers = append(d.numbers, l.Batch)
	b, err := events.Open(door, record.Batch{Number: l.Batch, Data: l.Data}, r.keys...)
	switch {
	case errors.Is(err, events.ErrNotOurs):
		d.closed++
	case err != nil:
		d.damaged++
	default:
		d.left += b.Left
		for _, e := range b.Events {
			r.all = append(r.all, happened{l.Door, d.name, e})
		}
	}
}

// sort puts the newest last, and what came twice once.
func (r *reader) sort() {
	slices.SortFunc(r.all, func(a, b happened) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Door, b.Door), a.Compare(b.Event))
	})
	r.all = slices.CompactFunc(r.all, func(a, b happened) bool {
		return a.Door == b.Door && a.Compare(b.Event) == 0
	})
}

func (r *reader) printJSON(out io.Writer) error {
	lines := json.NewEncoder(out)
	for _, e := range r.all {
		if err := lines.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

const minute = "2006-01-02 15:04"

func (r *reader) print(out io.Writer, lang i18n.Language) {
	for _, e := range r.all {
		cli.PrintWrapped(out, lang.Say(i18n.M("site.event", "%s  %s  %v", e.At.Local().Format(minute), e.Name,
			what(e.Event))))
	}
}

// what says what happened.
func what(e events.Event) i18n.Message {
	said, known := happenings[audit.Kind(e.Kind)]
	if !known { // of a later version
		said = i18n.Verbatim(screen.Clean(e.Kind))
	}
	if e.Of != "" {
		of, known := things[e.Of]
		if !known {
			of = i18n.Word(screen.Clean(e.Of))
		}
		said = i18n.M("site.event-of", "%v: %v", said, of)
	}
	if e.Times > 1 {
		said = i18n.N(e.Times, "site.event-times", "%v (%d time until %s)", "%v (%d times until %s)",
			said, e.Times, e.Last.Local().Format(untilFormat(e.At, e.Last)))
	}
	return said
}

// untilFormat leaves the day out where it is the same.
func untilFormat(at, last time.Time) string {
	if at.Local().Format(time.DateOnly) == last.Local().Format(time.DateOnly) {
		return "15:04"
	}
	return minute
}

// trouble says what is missing or could not be read. Error: there is something.
func (r *reader) trouble(out io.Writer, lang i18n.Language) error {
	bad := false
	for _, id := range slices.SortedFunc(maps.Keys(r.doors), func(a, b fact.DoorID) int {
		return slices.Compare(a[:], b[:])
	}) {
		d := r.doors[id]
		say := func(n int, m i18n.Message) {
			if n > 0 {
				cli.PrintWrapped(out, lang.Say(m))
				bad = true
			}
		}
		missing := int(events.Missing(d.numbers))
		say(missing, i18n.N(missing, "site.events-missing", "%d batch of %s is missing.",
			"%d batches of %s are missing.", missing, d.name))
		say(d.closed, i18n.N(d.closed, "site.events-closed", "%d batch of %s is sealed to other keys.",
			"%d batches of %s are sealed to other keys.", d.closed, d.name))
		say(d.damaged, i18n.N(d.damaged, "site.events-damaged", "%d batch of %s is damaged.",
			"%d batches of %s are damaged.", d.damaged, d.name))
		say(d.left, i18n.N(d.left, "site.events-left", "%d more event of %s had no room: see its own log.",
			"%d more events of %s had no room: see its own log.", d.left, d.name))
	}
	if bad {
		return errors.New("not everything that was told could be read")
	}
	return nil
}
