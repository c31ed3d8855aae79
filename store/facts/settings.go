package facts

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"menshen/policy"
)

// Settings are what configuration and hours give to every decision. Each start of the unit and each
// change of the hours records them, as readable JSON, and each decision names them by their ID.
// Member names are stored: never change one.
type Settings struct {
	Release    span             `json:"release,omitzero"`
	LongOpen   span             `json:"long_open,omitzero"`
	Passback   span             `json:"passback,omitzero"`
	TwoPersons span             `json:"two_persons,omitzero"`
	AESCards   []string         `json:"aes_cards,omitempty"`
	WithCard   bool             `json:"with_card,omitempty"`
	Keypad     bool             `json:"keypad,omitempty"`
	Zone       string           `json:"zone,omitempty"` // for readers; a decision has its own offset from UTC
	Special    []policy.Special `json:"special,omitempty"`
	Access     []policy.Access  `json:"access,omitempty"`
	Outputs    []output         `json:"outputs,omitempty"`
}

// output is one beside the door.
type output struct {
	Name    string          `json:"name"`
	Release span            `json:"release,omitzero"`
	Access  []policy.Access `json:"access,omitempty"`
}

// span is a duration, written as "1m30s".
type span time.Duration

func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

func (s *span) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*s = span(d)
	return err
}

// ID names settings: the first bytes of the SHA-256 of their text.
type ID [8]byte

// IDOf gives the ID of settings by their text.
func IDOf(text string) ID {
	sum := sha256.Sum256([]byte(text))
	return ID(sum[:8])
}

// SettingsOf takes from a site what its configuration gives.
func SettingsOf(s policy.Site) Settings {
	set := Settings{Release: span(s.Release), LongOpen: span(s.LongOpen), Passback: span(s.Passback),
		TwoPersons: span(s.TwoPersons), WithCard: s.WithCard, Keypad: s.Keypad, Special: s.Calendar.Special,
		Access: s.Access, AESCards: s.AESCards}
	for _, o := range s.Outputs {
		set.Outputs = append(set.Outputs, output{o.Name, span(o.Release), o.Access})
	}
	if s.Calendar.Zone != nil {
		set.Zone = s.Calendar.Zone.String()
	}
	return set
}

// Text gives the settings as they are recorded.
func (s Settings) Text() (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode settings: %w", err)
	}
	return string(b), nil
}

// ParseSettings reads what Text gave.
func ParseSettings(text string) (Settings, error) {
	var s Settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// Apply puts the settings into a site, except for the zone.
func (s Settings) Apply(to *policy.Site) {
	to.Release, to.LongOpen = time.Duration(s.Release), time.Duration(s.LongOpen)
	to.Passback, to.TwoPersons = time.Duration(s.Passback), time.Duration(s.TwoPersons)
	to.WithCard, to.Keypad, to.Calendar.Special, to.Access = s.WithCard, s.Keypad, s.Special, s.Access
	to.AESCards, to.Outputs = s.AESCards, nil
	for _, o := range s.Outputs {
		to.Outputs = append(to.Outputs, policy.Output{Name: o.Name, Release: time.Duration(o.Release),
			Access: o.Access})
	}
}
