package config

import (
	"regexp"
	"time"

	"menshen/internal/i18n/catalogue"
)

// Voice says what a door with a loudspeaker says, and how loudly. A door with an empty card is
// silent but for its buzzer.
type Voice struct {
	Card        string `toml:"card"`         // the name of a sound card, and of its device: "Headphones", "vc4hdmi0:1"
	Language    string `toml:"language"`     // of whoever is not known: a code, "zh"; empty: the console's, or English
	Volume      int    `toml:"volume"`       // 1 to 100
	Quiet       string `toml:"quiet"`        // "22:00-07:00", when it is less loud; empty: never
	QuietVolume int    `toml:"quiet_volume"` // 1 to 100
	Phrases     string `toml:"phrases"`      // the folder of the recordings that come with the program
	Recordings  string `toml:"recordings"`   // the folder of the site's own, which go before those; empty: none
}

// Speaks reports whether the door has a voice.
func (c *Config) Speaks() bool { return c.Voice.Card != "" }

// VoiceLanguage is that of whoever is not known.
func (c *Config) VoiceLanguage() string {
	for _, code := range []string{c.Voice.Language, c.Console.Language} {
		if code != "" {
			return code
		}
	}
	return "en"
}

// VolumeAt gives how loud the door speaks at a time, 1 to 100.
func (c *Config) VolumeAt(t time.Time) int {
	if from, until, _ := spanOfDay(c.Voice.Quiet); inSpan(from, until, t.In(c.Site.Location())) {
		return c.Voice.QuietVolume
	}
	return c.Voice.Volume
}

// cardName is how the kernel calls sound cards, and a device of one.
var cardName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,15}(:[0-9]{1,2})?$`)

func (c *Config) checkVoice(m *misfits) {
	v := &c.Voice
	m.when(v.Card != "" && !cardName.MatchString(v.Card), "voice.card", "[voice] card %q is no name of a sound card: "+
		"write one that 'menshen voice cards' lists", v.Card)
	m.when(v.Card == "" && (v.Recordings != "" || v.Quiet != ""), "voice.card",
		"[voice] has no card: write one that 'menshen voice cards' lists, or leave [voice] out")
	if v.Language != "" {
		m.add("voice.language", oneOf("[voice] language", v.Language, catalogue.Codes()))
	}
	for _, volume := range []struct {
		key   string
		value int
	}{{"volume", v.Volume}, {"quiet_volume", v.QuietVolume}} {
		m.when(volume.value < 1 || volume.value > 100, "voice."+volume.key,
			"[voice] %s %d is out of range: write between 1 and 100", volume.key, volume.value)
	}
	_, _, ok := spanOfDay(v.Quiet)
	m.when(!ok && v.Quiet != "", "voice.quiet",
		"[voice] quiet %q is not a span of the day: write such as \"22:00-07:00\"", v.Quiet)
	m.when(v.QuietVolume > v.Volume, "voice.quiet_volume",
		"[voice] quiet_volume %d is louder than volume %d: write at most that", v.QuietVolume, v.Volume)
}
