package config

import (
	"cmp"
	"fmt"

	"menshen/hal/osdp"
	"menshen/hal/wiegand"
)

// ReaderInputs and ReaderOutputs are the roles that contacts of an OSDP reader may have. The reader
// is outside: whoever opens it must not let himself in, nor switch what guards the door.
var (
	ReaderInputs  = []string{"tamper", "bell"}
	ReaderOutputs = []string{"green", "red", "buzzer", "alarm", "camera"}
)

// mostContacts is how many inputs, and outputs, of a reader can be used.
const mostContacts = 16

// checkOSDP checks a reader of an OSDP line, and that it fits the others of its line.
func (c *Config) checkOSDP(r Reader) (field string, err error) {
	if r.Address < 0 || r.Address >= osdp.Broadcast {
		return "address", fmt.Errorf("address %d: write the one that the reader is set to, 0 to 126", r.Address)
	}
	if r.KeyFile == "" {
		return "key_file", fmt.Errorf("it has no key_file: write the file (mode 0600) with the site's secret, " +
			"32 hex digits; OSDP is not spoken without a Secure Channel")
	}
	if r.Keypad != 0 && r.Keypad != 8 {
		return "keypad", fmt.Errorf("keypad = %d: write 8 if the reader has keys, or leave it out", r.Keypad)
	}
	if err := checkContacts("inputs", r.Inputs, ReaderInputs); err != nil {
		return "inputs", err
	}
	if err := checkContacts("outputs", r.Outputs, ReaderOutputs); err != nil {
		return "outputs", err
	}
	formats, err := c.WiegandFormats(r)
	if err != nil {
		return "formats", err
	}
	if len(formats) > 0 {
		if _, err := wiegand.NewDecoder(wiegand.NoKeypad, formats...); err != nil {
			return "formats", err
		}
	}
	others := 0
	for _, o := range c.Readers {
		if o.Name == r.Name || o.Kind != "osdp" || o.Device != r.Device {
			continue
		}
		switch others++; {
		case o.Address == r.Address:
			return "address", fmt.Errorf("address %d is also that of reader %s on the same line: give each its own",
				r.Address, o.Name)
		case o.OSDPBaud() != r.OSDPBaud() || o.RS485 != r.RS485:
			return "baud", fmt.Errorf("baud or rs485 is another than that of reader %s on the same line: they are "+
				"of the line", o.Name)
		case others == osdp.MostReaders:
			return "device", fmt.Errorf("%s has more than %d readers: use a second line", r.Device, osdp.MostReaders)
		}
	}
	return "", nil
}

func checkContacts(of string, have, roles []string) error {
	if len(have) > mostContacts {
		return fmt.Errorf("%s has %d roles: %d at most", of, len(have), mostContacts)
	}
	for _, role := range have {
		if role == "" {
			continue
		}
		if err := oneOf(of, role, roles); err != nil {
			return err
		}
	}
	return nil
}

// OSDPBaud is the speed of an OSDP reader's line.
func (r *Reader) OSDPBaud() int { return cmp.Or(r.Baud, 9600) }
