package wiring

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/wiegand"
)

// ringFile is the file in the unit's folder that says which keys OSDP readers have.
const ringFile = "osdp.json"

// newOSDP gives a reader of an OSDP line. The first one of a line makes it, for all.
func (w *opener) newOSDP(r config.Reader) (hal.Reader, error) {
	if w.osdp == nil {
		w.osdp = map[string]*osdp.Reader{}
	}
	if w.osdp[r.Name] == nil {
		if err := w.osdpLine(r); err != nil {
			return nil, err
		}
	}
	return w.osdp[r.Name], nil
}

// osdpLine makes the line of a reader, with all readers on it that are not left out.
func (w *opener) osdpLine(r config.Reader) error {
	ring := osdp.NewRing(filepath.Join(w.conf.Unit.Dir, ringFile))
	var readers []osdp.Config
	for i, c := range w.conf.Readers {
		if c.Kind != "osdp" || c.Device != r.Device || w.conf.LeftOut(fmt.Sprintf("reader.%d", i)) != nil {
			continue
		}
		formats, err := w.conf.WiegandFormats(c)
		if err != nil {
			return err
		}
		ring.Secret(c.Name, func() ([]byte, error) { return osdpSecret(c) })
		readers = append(readers, osdp.Config{Name: c.Name, Address: byte(c.Address), Cards: osdpCards(formats)})
	}
	line, err := osdp.NewLine(osdp.Port(r.Device, r.RS485), r.OSDPBaud(), ring, readers...)
	if err != nil {
		return err
	}
	for _, made := range line.Readers() {
		w.osdp[made.String()] = made
	}
	return nil
}

// osdpSecret reads the secret from which the keys of a site's OSDP readers are made.
func osdpSecret(r config.Reader) ([]byte, error) {
	raw, err := readKeyFile("site's OSDP secret", r.KeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	secret := make([]byte, hex.DecodedLen(len(raw)))
	n, err := hex.Decode(secret, bytes.TrimSpace(raw))
	if err != nil || n != osdp.KeySize { // the decoder's error would show a part of it
		return nil, fmt.Errorf("the key file %s is not 32 hex digits: make them with 'openssl rand -hex 16'", r.KeyFile)
	}
	if _, err := osdp.Derive(secret[:n], r.Name, osdp.Salt{}); err != nil {
		return nil, fmt.Errorf("the key file %s: %w", r.KeyFile, err)
	}
	return secret[:n], nil
}

// osdpCards reads a card as a Wiegand reader would, so that it is the same card at both. One of
// another length is its bits.
func osdpCards(formats []wiegand.Format) func(osdp.CardBits) (hal.Card, error) {
	if len(formats) == 0 {
		formats = []wiegand.Format{wiegand.H10301}
	}
	return func(c osdp.CardBits) (hal.Card, error) {
		for _, f := range formats {
			if f.Bits != c.Bits {
				continue
			}
			bits := make([]bool, c.Bits)
			for i := range bits {
				bits[i] = c.Raw[i/8]>>(7-i%8)&1 == 1
			}
			if err := f.Check(bits); err != nil {
				return hal.Card{}, err
			}
			return f.Card(bits), nil
		}
		return c.Card(), nil
	}
}

// joinOSDP has the lamp, buzzer and tamper switch of each OSDP reader do what those of the door do,
// its supply watched, and its own inputs and outputs do what the configuration says.
func (w *opener) joinOSDP(hw *hal.Wires) {
	for i, r := range hw.Readers { // as the configuration has them
		reader, ok := r.(*osdp.Reader)
		if !ok {
			continue
		}
		for role, out := range reader.Signals() {
			hw.Signals[role] = beside(hw.Signals[role], out)
		}
		c := w.conf.Readers[i]
		for n, role := range c.Outputs {
			if role != "" {
				hw.Signals[role] = beside(hw.Signals[role], reader.Output(byte(n)))
			}
		}
		for n, role := range c.Inputs {
			if role != "" {
				hw.Inputs[role] = anyOf(hw.Inputs[role], reader.Input(n))
			}
		}
		hw.Inputs["tamper"] = anyOf(hw.Inputs["tamper"], reader.Tamper())
		hw.Inputs["supply"] = anyOf(hw.Inputs["supply"], reader.Supply())
	}
}
