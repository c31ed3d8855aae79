package check

import (
	"context"
	"errors"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/internal/i18n"
)

// lost gives the problem of a reader from which nothing comes. For an OSDP reader that does not
// answer it looks which readers are on the line, and how they are set.
func (l *listening) lost(ctx context.Context, r *run, c config.Reader) *Problem {
	if c.Kind != "osdp" || !errors.Is(l.fault, osdp.ErrSilent) {
		return l.silent()
	}
	l.end() // it has the line
	r.Tell(i18n.M("check.osdp-looking", "Looking for readers on %s, at each speed.", c.Device))
	found, err := osdp.Find(ctx, osdp.Port(c.Device, c.RS485), false, func(int) {})
	if err == nil && len(found) == 0 {
		found, err = findEach(ctx, r, c)
	}
	if err != nil {
		return l.silent()
	}
	return noAnswer(c, found)
}

// findEach asks at each address of a line where nothing answers what is for everybody, if the
// installer wants it.
func findEach(ctx context.Context, r *run, c config.Reader) ([]osdp.Found, error) {
	wanted, err := r.ask(ctx, "each-address", i18n.M("check.osdp-each",
		"No reader answers. Ask at each address too, one by one? That takes %.0f minutes.",
		osdp.FindEachTakes.Minutes()))
	if err != nil || !wanted {
		return nil, err
	}
	n := 0
	return osdp.Find(ctx, osdp.Port(c.Device, c.RS485), true, func(baud int) {
		n++
		r.Tell(i18n.M("check.osdp-each-at", "Asking at each address, %d baud (%d of %d).", baud, n, len(osdp.Speeds)))
	})
}

// noAnswer says which readers are on a line instead.
func noAnswer(c config.Reader, found []osdp.Found) *Problem {
	if len(found) == 0 {
		return problem(i18n.M("check.osdp-nobody", "No reader answers on %s, at any address and speed.", c.Device),
			i18n.M("check.osdp-nobody-remedy", "Check the reader's supply, exchange its two data wires, and look for "+
				"the terminators and the common ground."))
	}
	var all []i18n.Message
	for i, f := range found {
		if i > 0 {
			all = append(all, i18n.Comma)
		}
		if f.Damaged {
			all = append(all, i18n.M("check.osdp-damaged",
				"address %d at %d baud (damaged answers: are there two of this address?)", f.Address, f.Baud))
			continue
		}
		all = append(all, i18n.M("check.osdp-at", "address %d at %d baud (%v)", f.Address, f.Baud, f.Identity))
	}
	return problem(i18n.M("check.osdp-found", "Nothing answers at address %d and %d baud. On the line are: %v.",
		c.Address, c.OSDPBaud(), i18n.Join(all...)),
		i18n.M("check.osdp-found-remedy",
			"Write that address and baud into the configuration, or set the reader to them."))
}

// linkFacts puts into the report how a reader is connected that the unit talks with, what it can
// do, and what was counted of it.
func linkFacts(r *run, reader hal.Reader) {
	i, ok := reader.(hal.Installer)
	if !ok {
		return
	}
	l := i.Link()
	r.fact("link", i18n.M("check.link", "Connection"), i18n.M("check.link-says",
		"address %d, %d baud, under a key of its own", l.Address, l.Speed))
	if l.Device != "" {
		r.fact("device", i18n.M("check.device", "Device"), i18n.Verbatim(l.Device))
	}
	if len(l.Abilities) > 0 {
		r.fact("abilities", i18n.M("check.abilities", "It can do"), i18n.Words(l.Abilities))
	}
	if len(l.Inputs) > 0 {
		r.fact("inputs", i18n.M("check.reader-inputs", "Its inputs"), i18n.Words(l.Inputs))
	}
	if len(l.Outputs) > 0 {
		r.fact("outputs", i18n.M("check.reader-outputs", "Its outputs"), i18n.Words(l.Outputs))
	}
	if c, ok := reader.(hal.Counter); ok {
		r.fact("counts", i18n.M("check.counted", "Counted"), counted(c.Counts()))
	}
}

// counted is what was counted, each with its number.
func counted(counts []hal.Count) i18n.Message {
	var all []i18n.Message
	for i, c := range counts {
		if i > 0 {
			all = append(all, i18n.Comma)
		}
		all = append(all, i18n.M("check.count", "%v %d", i18n.Word(c.Of), c.N))
	}
	return i18n.Join(all...)
}
