package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"menshen/internal/i18n"
)

// CardExample is the file door.txt of a card before a person fills it in, commented in both
// languages.
//
//go:embed card/door.txt
var CardExample string

//go:embed card/standard.toml
var standard []byte

// MaxCard is the most bytes of a door.txt.
const MaxCard = 64 << 10

// Tables is a configuration, or a part of one, as tables of values, by their keys in the file.
type Tables = map[string]any

// FromCard makes a unit's configuration of door.txt, the settings that a laptop wrote onto the
// card: some keys of a configuration, as Notepad saves them too (with a byte order mark, lines that
// end in CR LF). What it does not say is as the tables unless say, and else as most doors are
// wired. An array of tables ([[reader]]) stands in for the whole array below it.
//
// door is the configuration's file, and c what [Parse] reads of it; lines of c, and of the error,
// are those of door.txt. Errors are [Errors], and say what to write instead: not text in UTF-8;
// unknown keys and refused values, as [Parse] does; keys that a card may not set; and whatever
// looks like a secret, since whoever holds the card reads it.
func FromCard(card []byte, unless Tables) (door []byte, c *Config, err error) {
	card, err = textOf(card)
	if err != nil {
		return nil, nil, err
	}
	if err := mayStand(card); err != nil {
		return nil, nil, err
	}
	all, own := Tables{}, Tables{}
	if err := errors.Join(toml.Unmarshal(standard, &all), toml.Unmarshal(card, &own)); err != nil {
		return nil, nil, explain(err)
	}
	overlay(all, unless)
	overlay(all, own)
	if door, err = write(all); err != nil {
		return nil, nil, Errors{err}
	}
	d := defaults()
	if err := toml.Unmarshal(door, &d); err != nil {
		return nil, nil, Errors{fmt.Errorf(" reading what was made of it: %w", err)}
	}
	c = &d
	c.lines = findLines(card)
	if err := c.lines.explain(c.check()); err != nil {
		return nil, nil, err
	}
	return door, c, nil
}

// CardTables gives what can be read of a door.txt, whether or not it can be used.
func CardTables(card []byte) Tables {
	own := Tables{}
	if text, err := textOf(card); err == nil {
		_ = toml.Unmarshal(text, &own) // what is read up to the error
	}
	return own
}

// Card writes a door.txt of parts, of which a later one goes before an earlier.
func Card(parts ...Tables) ([]byte, error) {
	all := Tables{}
	for _, part := range parts {
		overlay(all, part)
	}
	return write(all)
}

// Says reports whether a configuration's tables have each value of a part.
func Says(t, part Tables) bool {
	for key, value := range part {
		below, isTable := value.(Tables)
		if has, too := t[key].(Tables); isTable && too {
			if !Says(has, below) {
				return false
			}
		} else if isTable || t[key] != value {
			return false
		}
	}
	return true
}

// textOf gives the text of a file that some editor saved.
func textOf(raw []byte) ([]byte, error) {
	switch text := bytes.TrimPrefix(raw, []byte("\ufeff")); {
	case len(raw) > MaxCard:
		return nil, Errors{i18n.E("config.card-too-large", " this is not a file of settings: it has more than %d bytes",
			MaxCard)}
	case !utf8.Valid(text) || bytes.ContainsRune(text, 0):
		line := 1 + bytes.Count(validPart(text), []byte("\n"))
		return nil, Errors{atLine(line, i18n.E("config.card-not-utf8", "these letters are not in UTF-8: "+
			"in the editor choose Save as, and the encoding UTF-8"))}
	default:
		return text, nil
	}
}

// validPart gives what comes before the first byte that is not text.
func validPart(text []byte) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			return text[:i]
		}
		i += n
	}
	return text
}

// mayStand checks each key of a card: that a configuration has it, and that a card may set it.
func mayStand(card []byte) error {
	if at := bytes.Index(card, []byte("AGE-SECRET-KEY-")); at >= 0 {
		return Errors{atLine(1+bytes.Count(card[:at], []byte("\n")), errSecret)}
	}
	c := defaults()
	err := toml.NewDecoder(bytes.NewReader(card)).DisallowUnknownFields().Decode(&c)
	if err != nil {
		all := explain(err)
		for i, e := range all {
			all[i] = hint(card, e)
		}
		return all
	}
	l := findLines(card)
	var m misfits
	for key, why := range map[string]error{
		"unit.dir": errFixed, "console.socket": errFixed, "console.serial": errFixed, "camera.models": errFixed,
	} {
		if l[key] != 0 {
			m.add(key, fmt.Errorf("%q: %w", key, why))
		}
	}
	return l.explain(m)
}

var (
	errSecret = i18n.E("config.secret-on-card", "a secret must not stand in door.txt, since whoever holds the card "+
		"reads it: take it out, and use another one from now on; secrets are typed at the door's console")
	errFixed = i18n.E("config.fixed-on-card", "this is not set by door.txt: take the line out")
	errSigns = i18n.E("config.card-signs", "signs of Chinese typing: write \" for “ and ”, = for ＝, [ ] for 【】, "+
		"and , for ，")
)

var (
	secretKey = regexp.MustCompile(`(?i)unknown key "([^"]*\.)?(pin|psk|[^"]*(passw|passphrase|secret|token|private|` +
		`口令|密码|密碼)[^"]*)"`)
	errorLine = regexp.MustCompile(`^(\d+): `)
)

// hint adds what a person who typed door.txt most likely did.
func hint(card []byte, err error) error {
	at := errorLine.FindStringSubmatch(err.Error())
	switch {
	case at == nil:
		return err
	case secretKey.MatchString(err.Error()):
		return fmt.Errorf("%s: %w", at[1], errSecret)
	}
	lines := strings.Split(string(card), "\n")
	n, _ := strconv.Atoi(at[1])
	if n <= len(lines) && strings.ContainsAny(lines[n-1], "“”＝【】，＂") {
		return fmt.Errorf("%w: %w", err, errSigns)
	}
	return err
}

// overlay puts the values of one part of a configuration over those of another, key by key.
func overlay(to, from Tables) {
	for key, value := range from {
		below, isTable := to[key].(Tables)
		if above, too := value.(Tables); isTable && too {
			overlay(below, above)
		} else {
			to[key] = clone(value)
		}
	}
}

// clone keeps the tables of a part apart from those that it is put over.
func clone(value any) any {
	t, isTable := value.(Tables)
	if !isTable {
		return value
	}
	c := Tables{}
	overlay(c, t)
	return c
}

// order is that of the tables in a file: from the unit's name outwards.
var order = []string{"unit", "key", "door", "site", "relay", "adc", "input", "signal", "output", "reader", "format",
	"camera", "infrared", "faces", "passes", "console", "stick", "cable", "voice", "display"}

// write writes a configuration's file.
func write(all Tables) ([]byte, error) {
	out := bytes.NewBufferString("# Made of door.txt, the settings on this door's card. 'menshen config example' " +
		"explains each key.\n")
	for _, name := range order {
		if _, is := all[name]; !is {
			continue
		}
		out.WriteByte('\n')
		if err := toml.NewEncoder(out).Encode(Tables{name: all[name]}); err != nil {
			return nil, fmt.Errorf(" writing the configuration: %w", err)
		}
	}
	return out.Bytes(), nil
}
