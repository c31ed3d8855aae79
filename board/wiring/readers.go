package wiring

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/board/config"
	"menshen/board/profile"
	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/pcsc"
	"menshen/hal/rc522"
	"menshen/hal/serialreader"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
)

// Readers gives the readers alone, as [Open] does: neither relay nor lamps nor inputs are opened.
func Readers(c *config.Config) (all []hal.Reader, err error) {
	w, err := newOpener(c)
	if err != nil {
		return nil, err
	}
	for i := range c.Readers {
		all = append(all, w.reader(i))
	}
	return all, nil
}

// reader makes the driver of a reader, or one that is a fault until the driver can be made.
func (w *opener) reader(i int) hal.Reader {
	part, c := fmt.Sprintf("reader.%d", i), w.conf.Readers[i]
	open := func() (hal.Reader, error) {
		if err := w.conf.LeftOut(part); err != nil {
			return nil, err
		}
		return w.newReader(c)
	}
	reader, err := open()
	if err == nil {
		return reader
	}
	w.late(part, "reader "+c.Name, err)
	return &lateReader{name: c.Name, make: open}
}

// CheckKeyFiles reads the key files of the readers, and warns of those with which a reader does not
// work.
func CheckKeyFiles(c *config.Config) (found []profile.Finding) {
	for i, r := range c.Readers {
		look := func(key string, check func() error) {
			if err := check(); err != nil {
				found = append(found, profile.Finding{Key: fmt.Sprintf("reader.%d.%s", i, key),
					Text: i18n.Verbatim(fmt.Sprintf("the reader %s does not work: %v", r.Name, err))})
			}
		}
		if r.Kind == "osdp" && r.KeyFile != "" {
			look("key_file", func() error { _, err := osdpSecret(r); return err })
		} else if r.KeyFile != "" {
			look("key_file", func() error { _, err := sector(r); return err })
		}
		if r.AES != "" {
			look("aes", func() error { _, err := aesSite(r); return err })
		}
	}
	return found
}

// newReader makes the driver of a configured reader. The device itself is opened when the reader
// runs, and again when it was unplugged and comes back.
func (w *opener) newReader(r config.Reader) (hal.Reader, error) {
	switch r.Kind {
	case "wiegand":
		return w.newWiegand(r)
	case "osdp":
		return w.newOSDP(r)
	case "rc522":
		return w.newRC522(r)
	case "pcsc":
		return newPCSC(r)
	}
	c, err := serialConfig(r)
	if err != nil {
		return nil, err
	}
	return serialreader.New(serialreader.Device(r.Device, cmp.Or(r.Baud, 9600)), c)
}

func (w *opener) newWiegand(r config.Reader) (hal.Reader, error) {
	formats, err := w.conf.WiegandFormats(r)
	if err != nil {
		return nil, err
	}
	d0, err := w.board.Line(r.D0)
	if err != nil {
		return nil, err
	}
	d1, err := w.board.Line(r.D1)
	if err != nil {
		return nil, err
	}
	return wiegand.New(wiegand.Lines(d0, d1), wiegand.Config{Name: r.Name, Formats: formats, Keypad: r.WiegandKeypad()})
}

func (w *opener) newRC522(r config.Reader) (hal.Reader, error) {
	bus, chip, err := r.SPIPort()
	if err != nil {
		return nil, err
	}
	c := rc522.Config{Name: r.Name}
	if r.Reset != "" {
		if c.Reset, err = w.open(r.Reset); err != nil {
			return nil, err
		}
	}
	if r.KeyFile != "" {
		if c.Sector, err = sector(r); err != nil {
			return nil, err
		}
		if c.Sector.Until, err = r.OldCardsEnd(w.conf.Site.Location()); err != nil {
			return nil, err
		}
	}
	if r.AES != "" {
		if c.AES, err = aesSite(r); err != nil {
			return nil, err
		}
	}
	return rc522.New(rc522.Port(bus, chip), c), nil
}

func newPCSC(r config.Reader) (hal.Reader, error) {
	c := pcsc.Config{Name: r.Name, Match: r.PCSC}
	if r.AES != "" {
		var err error
		if c.AES, err = aesSite(r); err != nil {
			return nil, err
		}
	}
	return pcsc.New(pcsc.Daemon, c), nil
}

// CheckPCSC warns of readers that pcscd does not serve now, and says why. One on a desk may be
// unplugged.
func CheckPCSC(c *config.Config) (found []profile.Finding) {
	for i, r := range c.Readers {
		if r.Kind != "pcsc" {
			continue
		}
		err := pcsc.Look(pcsc.Daemon, r.PCSC)
		if err != nil && !(r.Desk() && errors.Is(err, pcsc.ErrMissing)) {
			found = append(found, profile.Finding{Key: fmt.Sprintf("reader.%d.pcsc", i),
				Text: i18n.Verbatim(fmt.Sprintf("the reader %s does not work: %v", r.Name, err))})
		}
	}
	return found
}

// sector gives where the site's number is on its MIFARE cards. The key comes from a file of its
// own, so that a configuration has no secret in it.
func sector(r config.Reader) (*rc522.Sector, error) {
	raw, err := readKeyFile("sector's key", r.KeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	s := &rc522.Sector{Block: byte(r.Block), Kind: map[string]byte{"A": rc522.KeyA, "B": rc522.KeyB}[r.Key]}
	for _, line := range bytes.Fields(raw) {
		key := make([]byte, hex.DecodedLen(len(line)))
		_, err := hex.Decode(key, line)
		switch {
		case err == nil && len(key) == siteKeySize && s.Site == nil:
			s.Site = key
		case err == nil && len(key) == len(s.Key) && s.Key == rc522.Key{}:
			copy(s.Key[:], key)
		default: // the decoder's error would show a part of the key
			return nil, badSectorKey(r.KeyFile)
		}
	}
	if s.Site == nil && s.Key == (rc522.Key{}) {
		return nil, badSectorKey(r.KeyFile)
	}
	return s, nil
}

// readKeyFile reads a file of keys, which nobody else may read; of is what it holds.
func readKeyFile(of, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the %s: %w", of, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening the %s: %w", of, err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the %s %s can be read by others: chmod 600 %s", of, path, path)
	}
	raw := make([]byte, 512)
	n, _ := f.Read(raw) // what is not read is missing to whoever looks for a key
	return raw[:n], nil
}

// siteKeySize is the size in bytes of the secret from which each card's keys are made.
// The 6 bytes of a sector's own key are accepted too, but are weaker: cards made by
// earlier versions have that key.
const siteKeySize = 16

func badSectorKey(file string) error {
	return fmt.Errorf("the sector's key %s is not 32 hex digits: make them with 'openssl rand -hex 16'; a second "+
		"line of 12 hex digits is the key that all cards had before", file)
}

// serialConfig gives the protocol of a reader on a serial port.
func serialConfig(r config.Reader) (serialreader.Config, error) {
	switch r.Kind {
	case "rdm6300":
		return serialreader.RDM6300(r.Name), nil
	case "scanner":
		return serialreader.Scanner(r.Name), nil
	case "serial":
		return serialreader.Config{
			Name: r.Name,
			Framing: map[string]serialreader.Framing{"line": serialreader.Lines,
				"stx-etx": serialreader.STXETX}[r.Framing],
			Content: map[string]serialreader.Content{"hex": serialreader.Hex, "decimal": serialreader.Decimal,
				"em4100": serialreader.EM4100, "text": serialreader.Text}[r.Content],
		}, nil
	}
	return serialreader.Config{}, errors.New("kind " + r.Kind + " is not known")
}

// open opens a pin by any of its names.
func (w *opener) open(pin string) (periph.PinIO, error) {
	line, err := w.board.Line(pin)
	if err != nil {
		return nil, err
	}
	return gpio.Open(line)
}
