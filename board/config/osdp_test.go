package config

import (
	"fmt"
	"strings"
	"testing"
)

// osdpReaders is the example with these readers in the place of its own, each a name and its keys.
func osdpReaders(t *testing.T, readers ...string) (*Config, error) {
	t.Helper()
	before, rest, ok := strings.Cut(Example, "[[reader]]\n")
	_, after, ok2 := strings.Cut(rest, "[camera]\n")
	if !ok || !ok2 {
		t.Fatal("the example has other tables")
	}
	for i, keys := range readers {
		before += fmt.Sprintf("[[reader]]\nname = \"r%d\"\nkind = \"osdp\"\n%s\n", i, keys)
	}
	return Parse(strings.NewReader(before + "[camera]\n" + after))
}

func TestOSDPReaders(t *testing.T) {
	const b = "device = \"/dev/ttyUSB0\"\nkey_file = \"k\""
	const a, other = b + "\naddress = 1", "device = \"/dev/ttyUSB1\"\nkey_file = \"k\"\naddress = 1\nbaud = 115200"
	c, err := osdpReaders(t, a+"\ninputs = [\"\", \"bell\"]\noutputs = [\"alarm\"]", b+"\nkeypad = 8", other)
	if err != nil || len(c.Readers) != 3 || c.Readers[1].OSDPBaud() != 9600 || c.Readers[2].OSDPBaud() != 115200 {
		t.Fatal(c, err)
	}
	for name, test := range map[string]struct {
		readers []string
		says    string
	}{
		"no key file":            {[]string{"device = \"/dev/ttyUSB0\""}, "key_file"},
		"no device":              {[]string{"key_file = \"k\""}, "device"},
		"the broadcast":          {[]string{b + "\naddress = 127"}, "0 to 126"},
		"two of one address":     {[]string{a, a}, "each its own"},
		"two speeds on a line":   {[]string{a, b + "\nbaud = 19200"}, "of the line"},
		"two ways on a line":     {[]string{a, b + "\nrs485 = true"}, "of the line"},
		"exit on a reader":       {[]string{a + "\ninputs = [\"rex\"]"}, "inputs"},
		"the lock on a reader":   {[]string{a + "\noutputs = [\"interlock\"]"}, "outputs"},
		"keys of four bits":      {[]string{a + "\nkeypad = 4"}, "write 8"},
		"an unknown format":      {[]string{a + "\nformats = [\"X\"]"}, "format"},
		"formats that look like": {[]string{a + "\nformats = [\"H10306\", \"C1k35s\"]"}, "lost pulse"},
		"nine on a line": {func() (all []string) {
			for i := range 9 {
				all = append(all, fmt.Sprintf("%s\naddress = %d", b, i))
			}
			return all
		}(), "more than 8"},
	} {
		if _, err := osdpReaders(t, test.readers...); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
