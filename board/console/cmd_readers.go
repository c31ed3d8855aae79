package console

import (
	"context"
	"strconv"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Readers shows the readers, and has one take a key.
type Readers interface {
	// Readers gives the readers with what came from them and how they are connected.
	Readers(ctx context.Context, s desk.Session) ([]desk.ReaderReport, error)
	// InstallReader lets a reader take a new key, until it has it, for [desk.LongestInstall] at
	// most, or until ctx ends. The unit records begin and end.
	InstallReader(ctx context.Context, s desk.Session, name string, step desk.Progress) error
	// SetReaderAddress and SetReaderSpeed move a reader, or all of its line; the speed is taken
	// back when ctx ends.
	SetReaderAddress(ctx context.Context, s desk.Session, name string, address int, step desk.Progress) error
	SetReaderSpeed(ctx context.Context, s desk.Session, name string, baud int, step desk.Progress) error
	// SendReaderFile sends a reader its firmware, until ctx ends.
	SendReaderFile(ctx context.Context, s desk.Session, name string, file desk.ReaderFile, step desk.Progress) error
}

func readerCommands() []command {
	return []command{
		{name: "reader",
			usage: "[NAME [--install | --address N | --speed BAUD | --firmware FILE [--type N] [--stick]]]",
			right: desk.OpensDoor, needs: has[Readers], run: reader,
			about: i18n.M("console.help-reader-osdp", "show the readers, or one; an OSDP reader takes its key, "+
				"another address, its line another speed, or its firmware"),
			example: "reader gate --install"},
	}
}

func reader(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "install", "address=", "speed=", "firmware=", "type=", "stick")
	if err != nil {
		return err
	}
	d, name := c.desk.(Readers), a.rest()
	acts := len(a.options)
	for _, how := range []string{"stick", "type"} {
		if a.has(how) {
			if acts--; !a.has("firmware") {
				return c.misuse("reader")
			}
		}
	}
	switch {
	case acts > 1, acts == 1 && name == "":
		return c.misuse("reader")
	case a.has("install"):
		return c.installReader(ctx, d, name)
	case a.has("address"):
		return c.moveReader(ctx, d, name, a.options["address"], d.SetReaderAddress)
	case a.has("speed"):
		return c.moveReader(ctx, d, name, a.options["speed"], d.SetReaderSpeed)
	case a.has("firmware"):
		return c.readerFirmware(ctx, d, name, a)
	}
	all, err := d.Readers(ctx, c.who)
	if err != nil {
		return err
	}
	if name == "" {
		return c.show(c.readersTable(all), false)
	}
	for _, r := range all {
		if r.Name == name {
			c.showReader(r)
			return nil
		}
	}
	return c.fail(i18n.M("console.no-such-reader", "no reader has this name; 'reader' lists them"))
}

// installReader lets a reader take a key, until a key is pressed.
func (c *console) installReader(ctx context.Context, d Readers, name string) error {
	c.say(i18n.M("console.install-how", "q ends it."))
	key, err := c.untilKey(ctx, string(stopKey), func(ctx context.Context) error {
		if err := d.InstallReader(ctx, c.who, name, c.step); err != nil {
			return err
		}
		return ctx.Err()
	})
	switch {
	case err != nil:
		return err
	case key != 0:
		c.say(i18n.M("console.install-stopped", "Ended. The reader may take no key now."))
	default:
		c.say(i18n.M("console.install-done", "Reader %s has its key. What it says is encrypted from now on.", name))
	}
	return nil
}

// moveReader gives a reader another address, or its line another speed, and shows what the
// configuration has to say from now on.
func (c *console) moveReader(ctx context.Context, d Readers, name, to string,
	move func(context.Context, desk.Session, string, int, desk.Progress) error) error {
	n, err := strconv.Atoi(to)
	if err != nil {
		return c.misuse("reader")
	}
	if err := c.confirmOrStop(i18n.M("console.reader-move",
		"Its line reads no cards for some seconds. Go on?")); err != nil {
		return err
	}
	c.say(i18n.M("console.reader-move-how", "q takes a speed back that was begun."))
	key, err := c.untilKey(ctx, string(stopKey), func(ctx context.Context) error {
		return move(ctx, c.who, name, n, c.step)
	})
	if err == nil && key != 0 {
		c.say(i18n.M("console.reader-moved-back", "Taken back; 'reader' shows where each reader is."))
		return nil
	}
	if err != nil {
		return err
	}
	all, err := d.Readers(ctx, c.who)
	for _, r := range all {
		if r.Link != nil && r.Link.Write != "" {
			c.say(i18n.M("console.reader-write", "Reader %s works: %s.", r.Name, r.Link.Write))
		}
	}
	return err
}

// readerFirmware sends a reader its firmware, until a key is pressed.
func (c *console) readerFirmware(ctx context.Context, d Readers, name string, a args) error {
	file := desk.ReaderFile{Name: a.options["firmware"], Stick: a.has("stick")}
	if a.has("type") {
		var err error
		if file.Type, err = strconv.Atoi(a.options["type"]); err != nil {
			return c.misuse("reader")
		}
	}
	if err := c.confirmOrStop(i18n.M("console.reader-firmware", "Send %s to reader %s as its firmware?", file.Name,
		name)); err != nil {
		return err
	}
	c.say(i18n.M("console.install-how", "q ends it."))
	key, err := c.untilKey(ctx, string(stopKey), func(ctx context.Context) error {
		if err := d.SendReaderFile(ctx, c.who, name, file, c.step); err != nil {
			return err
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if key != 0 {
		c.say(i18n.M("console.reader-firmware-stopped", "Ended. The reader was told to forget the file."))
		return nil
	}
	c.say(i18n.M("console.reader-firmware-done", "Reader %s has its firmware.", name))
	return reader(ctx, c, strings.Fields(name))
}

func (c *console) readersTable(all []desk.ReaderReport) table {
	t := table{cols: []column{
		{"reader", i18n.M("console.reader", "reader")},
		{"kind", i18n.M("console.reader-kind", "kind")},
		{"state", i18n.M("console.state", "state")},
	}}
	for _, r := range all {
		t.add(r.Name, r.Kind, c.readerState(r))
	}
	return t
}

// readerState is one line about a reader.
func (c *console) readerState(r desk.ReaderReport) string {
	switch {
	case r.Link != nil && r.Link.Secure && r.Link.Write != "":
		return r.Link.Write
	case r.Link != nil && r.Link.Secure:
		return c.lang.Say(i18n.M("console.reader-secure", "secure channel"))
	case r.Link != nil && r.Link.Why != "":
		return r.Link.Why
	case r.Fault != "":
		return r.Fault
	}
	return c.lang.Say(i18n.M("console.reader-works", "works"))
}

// showReader shows all that is known of a reader.
func (c *console) showReader(r desk.ReaderReport) {
	facts := []fact{
		{i18n.M("console.reader", "reader"), r.Name},
		{i18n.M("console.reader-kind", "kind"), r.Kind},
		{i18n.M("console.state", "state"), c.readerState(r)},
	}
	if l := r.Link; l != nil {
		facts = append(facts, c.linkFacts(l)...)
	}
	for _, n := range r.Counts {
		facts = append(facts, fact{i18n.Word(n.Of), c.cell(n.N)})
	}
	for _, line := range c.factLines(facts) {
		c.paragraphs(line)
	}
}

func (c *console) linkFacts(l *desk.Link) []fact {
	facts := []fact{
		{i18n.M("console.reader-address", "address"), c.cell(l.Address)},
		{i18n.M("console.reader-speed", "speed"), c.lang.Say(i18n.M("console.baud", "%d baud", l.Speed))},
	}
	if l.Device != "" {
		device := l.Device
		if !l.Proven {
			device = c.lang.Say(i18n.M("console.reader-hearsay", "%s (said in clear: not proven)", device))
		}
		facts = append(facts, fact{i18n.M("console.reader-device", "device"), device})
	}
	if len(l.Abilities) > 0 {
		facts = append(facts, fact{i18n.M("console.reader-abilities", "abilities"), strings.Join(l.Abilities, ", ")})
	}
	for _, of := range []struct {
		name  i18n.Message
		words []string
	}{{i18n.M("console.reader-inputs", "inputs"), l.Inputs}, {i18n.M("console.reader-outputs", "outputs"), l.Outputs}} {
		if len(of.words) > 0 {
			facts = append(facts, fact{of.name, strings.Join(of.words, ", ")})
		}
	}
	if l.Tamper {
		facts = append(facts, fact{i18n.M("console.reader-tamper", "tamper"),
			c.lang.Say(i18n.M("console.reader-opened", "it was opened"))})
	}
	if l.Supply {
		facts = append(facts, fact{i18n.M("console.reader-supply", "supply"),
			c.lang.Say(i18n.M("console.reader-supply-fails", "fails, says the reader"))})
	}
	if wait := time.Until(l.Next).Round(time.Second); !l.Secure && wait > 0 {
		facts = append(facts, fact{i18n.M("console.reader-next", "next try"),
			c.lang.Say(i18n.M("console.in-so-long", "in %v", wait))})
	}
	if left := time.Until(l.Installs).Round(time.Second); left > 0 {
		facts = append(facts, fact{i18n.M("console.reader-install", "may take a key"),
			c.lang.Say(i18n.M("console.for-so-long", "for %v", left))})
	}
	return facts
}
