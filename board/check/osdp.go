package check

import (
	"context"
	"errors"
	"io"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/serial"
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
	found, err := osdp.Find(ctx, func(baud int) (io.ReadWriteCloser, error) { return openLine(c, baud) })
	if err != nil {
		return l.silent()
	}
	return noAnswer(c, found)
}

func openLine(c config.Reader, baud int) (io.ReadWriteCloser, error) {
	port, err := serial.Open(c.Device, baud)
	if err != nil {
		return nil, err
	}
	if !c.RS485 {
		return port, nil
	}
	if err := port.RS485(); err != nil {
		return nil, errors.Join(err, port.Close())
	}
	return port, nil
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
		all = append(all, i18n.M("check.osdp-at", "address %d at %d baud (%v)", f.Address, f.Baud, f.Identity))
	}
	return problem(i18n.M("check.osdp-found", "Nothing answers at address %d and %d baud. On the line are: %v.",
		c.Address, c.OSDPBaud(), i18n.Join(all...)),
		i18n.M("check.osdp-found-remedy",
			"Write that address and baud into the configuration, or set the reader to them."))
}

// linkFacts puts into the report how a reader is connected that the unit talks with.
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
}
