package rpc

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/internal/i18n"
	"menshen/policy"
)

// listMethods take lists of people in, and give lists out.
var listMethods = map[string]handler{
	"import.plan":  method(planImport),
	"import.lines": method(planLines),
	"import.do":    method(doImport),
	"import.last":  method(lastImport),
	"import.undo":  method(undoImport),
	"export.list":  method(exportList),
}

// plan is what an import would do, counted by lines.
type plan struct {
	File     string   `json:"file"` // the SHA-256 of the list, in hex
	Encoding string   `json:"encoding"`
	Lines    int      `json:"lines"`
	Added    int      `json:"added"`
	Changed  int      `json:"changed"`
	Same     int      `json:"same"`
	Doubled  int      `json:"doubled"`
	Refused  int      `json:"refused"`
	Cards    int      `json:"cards"`            // that would be given
	Look     int      `json:"look"`             // lines that somebody should look at
	Unread   []string `json:"unread,omitempty"` // headings of columns that are not read, some of them
	ShutOut  int      `json:"shutOut"`          // people who could never come in
	NotAES   int      `json:"notAES"`           // people who need AES cards, and get others
}

// planImport reads the list that file.put brought, and says what importing it would do. Nothing is
// changed.
func planImport(ctx context.Context, c *call, _ nothing) (plan, error) {
	if err := c.mustKeepPeople(); err != nil {
		return plan{}, err
	}
	list, err := c.brought()
	if err != nil {
		return plan{}, err
	}
	defer clear(list)
	made, err := c.desk.PlanImport(ctx, c.who, bytes.NewReader(list))
	if err != nil {
		return plan{}, err
	}
	c.files.Lock()
	c.plan = made
	c.files.Unlock()
	out := plan{File: hex.EncodeToString(made.File[:]), Encoding: made.Encoding, Lines: len(made.Lines),
		Added: made.Count(lists.Adds), Changed: made.Count(lists.Changes), Same: made.Count(lists.Same),
		Doubled: made.Count(lists.Doubled), Refused: made.Count(lists.Refused), ShutOut: made.ShutOut,
		NotAES: made.NotAES}
	for _, l := range made.Lines {
		if toLookAt(l) {
			out.Look++
		}
	}
	for _, l := range made.Acts() {
		out.Cards += len(l.Cards)
	}
	const headings = 20
	for _, heading := range made.Unread[:min(len(made.Unread), headings)] {
		text := []rune(heading.Reveal())
		out.Unread = append(out.Unread, string(text[:min(len(text), lists.MaxCell)]))
	}
	return out, nil
}

// toLookAt reports whether somebody should look at a line before the import.
func toLookAt(l lists.Line) bool {
	return l.Does != lists.Adds && l.Does != lists.Same || len(l.Why) > 0
}

// planned is the plan of a list. Errors: it was not made, or is that of another list.
func (c *call) planned(file string) (*lists.Plan, error) {
	if err := c.mustKeepPeople(); err != nil {
		return nil, err
	}
	c.files.Lock()
	defer c.files.Unlock()
	if c.plan == nil || hex.EncodeToString(c.plan.File[:]) != file {
		return nil, errNoPlan
	}
	return c.plan, nil
}

var errNoPlan = i18n.Problem(i18n.E("rpc.no-plan", "it was not looked at what this list would do"),
	i18n.M("rpc.plan-first", "have it read with import.plan first"))

type linesParams struct {
	File string `json:"file"` // of the plan
	All  bool   `json:"all"`  // else only those to look at
	portion
}

type planLine struct {
	Line      int           `json:"line"` // in the file
	Does      coded         `json:"does"` // "added", "changed", "same", "doubled", "refused"
	Name      string        `json:"name"`
	Apartment string        `json:"apartment,omitempty"`
	Why       []string      `json:"why,omitempty"`
	Changes   []valueChange `json:"changes,omitempty"`
	Cards     int           `json:"cards,omitempty"` // that are given
}

type valueChange struct {
	Of  string `json:"of"` // the heading of its column
	Was string `json:"was"`
	Is  string `json:"is"`
}

type planPart struct {
	Lines []planLine `json:"lines"`
	All   int        `json:"all"` // that there are to ask for
}

func planLines(_ context.Context, c *call, p linesParams) (planPart, error) {
	made, err := c.planned(p.File)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return planPart{}, err
	}
	all := made.Lines
	if !p.All {
		all = slices.DeleteFunc(slices.Clone(all), func(l lists.Line) bool { return !toLookAt(l) })
	}
	return planPart{some(all, p.From, p.Count, c.planLine), len(all)}, nil
}

func (c *call) planLine(l lists.Line) planLine {
	out := planLine{Line: l.Line, Does: word(c, l.Does), Name: l.Name.Reveal(), Apartment: l.Home.Reveal()}
	for _, why := range l.Why {
		out.Why = append(out.Why, c.say(why))
	}
	if l.Does == lists.Changes {
		for _, x := range l.Changes {
			out.Changes = append(out.Changes, valueChange{c.say(x.Of.Heading()), x.Was.Reveal(), x.Is.Reveal()})
		}
	}
	if l.Does != lists.Refused {
		out.Cards = len(l.Cards)
	}
	return out
}

type fileParams struct {
	File string `json:"file"`
}

type imported struct {
	Entry   uint64 `json:"entry"` // of the audit log
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Cards   int    `json:"cards"`
	Until   string `json:"until"` // so long it can be undone
}

// doImport carries the plan of a list out, all of it or nothing. A peer that is gone does not end
// it: import.last tells then.
func doImport(ctx context.Context, c *call, p fileParams) (imported, error) {
	made, err := c.planned(p.File)
	if err != nil {
		return imported{}, err
	}
	done, err := c.desk.Import(ctx, c.who, made, c.step)
	if err != nil {
		return imported{}, err
	}
	c.files.Lock()
	c.plan = nil
	c.files.Unlock()
	return imported{done.Entry, done.Added, done.Changed, done.Cards, c.time(done.Until)}, nil
}

// importState is the last import, as long as it can be undone.
type importState struct {
	Entry   uint64    `json:"entry"`
	Added   int       `json:"added"`
	Changed int       `json:"changed"`
	At      string    `json:"at"`
	By      string    `json:"by"`
	File    string    `json:"file"` // the SHA-256 of its list
	Until   string    `json:"until"`
	Since   []touched `json:"since"` // people to whom something happened since; the first of them
	All     int       `json:"all"`   // of those
}

type touched struct {
	someone
	What string `json:"what"`
}

func lastImport(ctx context.Context, c *call, _ nothing) (importState, error) {
	last, err := c.desk.LastImport(ctx, c.who)
	if err != nil {
		return importState{}, err
	}
	return importState{last.Entry, last.Added, last.Changed, c.time(last.At), last.By, last.File, c.time(last.Until),
		some(last.Since, 0, 100, func(t desk.Touched) touched {
			return touched{someoneOf(t.Person), c.say(t.What)}
		}), len(last.Since)}, nil
}

type undoParams struct {
	Entry uint64 `json:"entry"` // of the import
	Leave bool   `json:"leave"` // people to whom something happened since stay as they are
}

type undone struct {
	Erased int `json:"erased"` // each with a receipt
	AsWere int `json:"asWere"` // as before the import
	Left   int `json:"left"`
}

// undoImport takes the last import back as one act.
func undoImport(ctx context.Context, c *call, p undoParams) (undone, error) {
	done, err := c.desk.UndoImport(ctx, c.who, p.Entry, p.Leave)
	return undone{done.Removed, done.Restored, done.Left}, err
}

type listParams struct {
	List desk.List `json:"list"` // "people", "visitors", "decisions", "counters", "template"
}

type exported struct {
	File file `json:"file"` // for file.read: it lies in the unit's memory, until the log-out or the next file
	Rows int  `json:"rows"`
}

var errListTooLarge = i18n.Problem(i18n.E("rpc.list-too-large", "this list is too large for the cable"),
	i18n.M("rpc.list-by-stick", "write it at the console, and carry it away on a stick"))

// exportList writes a list for a spreadsheet. That it is written is recorded first.
func exportList(ctx context.Context, c *call, p listParams) (exported, error) {
	var to bounded
	rows, err := c.desk.WriteList(ctx, c.who, p.List, &to)
	if err != nil {
		clear(to.Bytes())
		if errors.Is(err, errFull) {
			err = errListTooLarge
		}
		return exported{}, err
	}
	name := string(p.List) + c.desk.Now().In(c.o.Location).Format("-20060102-150405.csv")
	return exported{c.give(name, to.Bytes()), rows}, nil
}

// bounded is a buffer that takes as much as a file may have.
type bounded struct{ bytes.Buffer }

var errFull = errors.New("it has become too large")

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxUpload {
		return 0, errFull
	}
	return b.Buffer.Write(p)
}

// someone names a person and no more.
type someone struct {
	Person    handle `json:"person"`
	Name      string `json:"name"`
	Apartment string `json:"apartment,omitempty"`
}

func someoneOf(p policy.Person) someone {
	return someone{handleOf(p.ID), p.Name.Reveal(), p.Apartment.Reveal()}
}
