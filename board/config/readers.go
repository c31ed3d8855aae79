package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"menshen/hal/wiegand"
	"menshen/policy"
)

// ReaderKinds are the drivers of readers, WiegandFormats the formats that need no drawing. Framings
// and Contents say how a serial reader sends a card, and what it sends.
var (
	ReaderKinds    = []string{"wiegand", "osdp", "rc522", "pcsc", "rdm6300", "scanner", "serial"}
	WiegandFormats = []string{"H10301", "H10306", "C1k35s", "H10302", "H10304"}
	Framings       = []string{"line", "stx-etx"}
	Contents       = []string{"hex", "decimal", "em4100", "text"}
	uses           = []string{"door", "desk"}
)

func (c *Config) checkReaders(m *misfits) {
	for i, f := range c.Formats {
		key := fmt.Sprintf("format.%d", i)
		if slices.Contains(WiegandFormats, f.Name) || slices.ContainsFunc(c.Formats[:i], func(g Format) bool {
			return g.Name == f.Name
		}) || f.Name == "" {
			m.add(key+".name", fmt.Errorf("[[format]] name %q is taken or empty: give it one of its own, "+
				"such as name = \"site\"", f.Name))
			continue
		}
		if _, err := wiegand.Layout(f.Name, f.Fields, f.Parity...); err != nil {
			m.add(key, fmt.Errorf("[[format]] %w", err))
		}
	}
	for i, r := range c.Readers {
		key := fmt.Sprintf("reader.%d", i)
		if r.Name == "" {
			m.add(key+".name", fmt.Errorf("[[reader]] number %d has no name: write one, such as "+
				"name = \"outside\"", i+1))
		}
		if slices.ContainsFunc(c.Readers[:i], func(other Reader) bool { return other.Name == r.Name }) {
			m.add(key+".name", fmt.Errorf("[[reader]] %s: there are two of this name: its records could "+
				"not be told apart", r.Name))
		}
		if err := oneOf("[[reader]] kind", r.Kind, ReaderKinds); err != nil {
			m.add(key+".kind", err)
			continue
		}
		if field, err := c.checkReader(r); err != nil {
			m.add(key+"."+field, fmt.Errorf("[[reader]] %s: %w", r.Name, err))
		}
	}
}

// checkReader checks the keys that the reader's kind needs; field is the one that is wrong.
func (c *Config) checkReader(r Reader) (field string, err error) {
	if err := c.checkUse(r); err != nil {
		return "use", err
	}
	switch r.Kind {
	case "wiegand":
		return c.checkWiegand(r)
	case "rc522":
		if _, _, err := r.SPIPort(); err != nil {
			return "spi", err
		}
		return r.checkAES()
	case "pcsc":
		if r.KeyFile != "" {
			return "key_file", fmt.Errorf("MIFARE Classic cards are read by an rc522 alone: take key_file, " +
				"key and block out, and write aes for cards that prove themselves")
		}
		return r.checkAES()
	case "osdp":
		if field, err := c.checkOSDP(r); err != nil {
			return field, err
		}
	case "serial":
		if err := oneOf("framing", r.Framing, Framings); err != nil {
			return "framing", err
		}
		if err := oneOf("content", r.Content, Contents); err != nil {
			return "content", err
		}
	}
	if r.Device == "" {
		return "device", fmt.Errorf("it has no device: write the serial port, such as device = \"/dev/ttyUSB0\"")
	}
	if r.Baud != 0 && (r.Baud < 300 || r.Baud > 1_000_000) {
		return "baud", fmt.Errorf("baud %d is out of range: write what the reader's paper says, such as baud = 9600",
			r.Baud)
	}
	return "", nil
}

func (c *Config) checkWiegand(r Reader) (field string, err error) {
	if r.Keypad != 0 && r.Keypad != 4 && r.Keypad != 8 {
		return "keypad", fmt.Errorf("keypad = %d: write the bits a key, 4 or 8, or leave it out", r.Keypad)
	}
	formats, err := c.WiegandFormats(r)
	if err != nil {
		return "formats", err
	}
	_, err = wiegand.NewDecoder(r.WiegandKeypad(), formats...)
	return "formats", err
}

// WiegandFormats gives the formats of a reader, with the file's own among them.
// None: the reader takes H10301.
func (c *Config) WiegandFormats(r Reader) (formats []wiegand.Format, err error) {
	names, own := slices.Clone(WiegandFormats), wiegand.Formats()
	for _, f := range c.Formats {
		names = append(names, f.Name)
		if !slices.Contains(r.Formats, f.Name) {
			continue // wrong or not, it is another reader's
		}
		if own[f.Name], err = wiegand.Layout(f.Name, f.Fields, f.Parity...); err != nil {
			return nil, err
		}
	}
	for _, name := range r.Formats {
		if err := oneOf("format", name, names); err != nil {
			return nil, err
		}
		formats = append(formats, own[name])
	}
	return formats, nil
}

// WiegandKeypad says how the reader sends its keys.
func (r *Reader) WiegandKeypad() wiegand.Keypad {
	return map[int]wiegand.Keypad{4: wiegand.Burst4, 8: wiegand.Burst8}[r.Keypad]
}

// checkSector checks that block, key_file and key of a MIFARE card are all there, or none.
func (r *Reader) checkSector() (field string, err error) {
	switch {
	case r.KeyFile == "" && (r.Key != "" || r.Block != 0 || r.OldCardsUntil != ""):
		return "key_file", fmt.Errorf("it names a block of the card, but no key_file: write the file (mode 0600) " +
			"with the site's key, 32 hex digits; without one the card's number, which anyone can copy, " +
			"is the credential")
	case r.KeyFile == "":
		return "", nil
	case r.Key != "A" && r.Key != "B":
		return "key", fmt.Errorf("key %q: write which key of the sector the file holds, key = \"A\" or \"B\"", r.Key)
	case r.Block < 1 || r.Block > 255 || r.Block < 128 && r.Block%4 == 3 || r.Block%16 == 15:
		return "block", fmt.Errorf("block %d: write the block with the site's number, 1 to 254, "+
			"that is not the last of its sector (those hold the keys)", r.Block)
	}
	if _, err := r.OldCardsEnd(time.UTC); err != nil {
		return "old_cards_until", err
	}
	return "", nil
}

// OldCardsEnd is the moment after the last day of [Reader.OldCardsUntil] in a zone; zero: there is
// none.
func (r *Reader) OldCardsEnd(zone *time.Location) (time.Time, error) {
	if r.OldCardsUntil == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, r.OldCardsUntil, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("old_cards_until %q is no day: write one, such as "+
			"old_cards_until = \"2027-03-31\"", r.OldCardsUntil)
	}
	return day.AddDate(0, 0, 1), nil
}

// AESCredential gives the name of the systemd credential that [Reader.AES] names.
func (r *Reader) AESCredential() (name string, is bool) {
	return strings.CutPrefix(r.AES, "credential:")
}

// checkAES checks that a credential's name is one.
func (r *Reader) checkAES() (field string, err error) {
	if name, is := r.AESCredential(); is && (name == "" || name != filepath.Base(name) || name == "..") {
		return "aes", fmt.Errorf("aes %q: write a file, such as aes = \"cards.key\", or a systemd credential, "+
			"such as aes = \"credential:cards\"", r.AES)
	}
	return r.checkSector()
}

// Desk reports whether the reader lies on a desk, where cards are given to people: it opens
// nothing, and may be unplugged.
func (r *Reader) Desk() bool { return r.Use == "desk" }

// atDoor reports whether a reader at the door is so.
func (c *Config) atDoor(is func(Reader) bool) bool {
	return slices.ContainsFunc(c.Readers, func(r Reader) bool { return !r.Desk() && is(r) })
}

// checkUse checks that what a reader on a desk reads of a card is what one at the door reads of it:
// else the cards that are given there open nothing.
func (c *Config) checkUse(r Reader) error {
	uid := func(r Reader) bool { return (r.Kind == "rc522" || r.Kind == "pcsc") && r.AES == "" && r.KeyFile == "" }
	switch err := oneOf("use", cmp.Or(r.Use, "door"), uses); {
	case err == nil && !r.Desk() && c.Seat():
		return fmt.Errorf("a seat has no door: write use = \"desk\", for a reader at which cards are given to people")
	case err != nil || !r.Desk() || c.Seat(): // which readers the doors have, a seat does not know
		return err
	case r.AES != "" && !c.atDoor(func(d Reader) bool { return d.AES != "" }):
		return fmt.Errorf("it makes AES cards, which no reader at the door knows: give one there the same aes")
	case uid(r) && !c.atDoor(uid):
		return fmt.Errorf("it reads the UIDs of cards, and no reader at the door does: write aes here and there, " +
			"or give people their cards at the door")
	}
	return nil
}

// Takes reports whether a kind of credential can be presented at the reader to open the door.
func (r *Reader) Takes(kind policy.CredentialKind) bool {
	if r.Desk() {
		return false
	}
	codes := r.Kind == "scanner" || r.Kind == "serial" && r.Content == "text"
	switch kind {
	case policy.PINKind:
		return (r.Kind == "wiegand" || r.Kind == "osdp") && r.Keypad != 0
	case policy.PassKind:
		return codes || r.Takes(policy.PINKind)
	}
	return !codes
}

// SPIPort gives the bus and the chip select of an RC522.
func (r *Reader) SPIPort() (bus, chip int, err error) {
	if n, err := fmt.Sscanf(r.SPI, "%d.%d", &bus, &chip); n != 2 || err != nil || bus < 0 || chip < 0 ||
		fmt.Sprintf("%d.%d", bus, chip) != r.SPI {
		return 0, 0, fmt.Errorf("spi %q is not a port: write bus and chip select, such as spi = \"0.0\"", r.SPI)
	}
	return bus, chip, nil
}
