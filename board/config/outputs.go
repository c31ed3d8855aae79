package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/policy"
)

// Output is a relay beside the lock's, for a lift or a garage, that people with rights of its own
// switch at the door's reader (docs/decisions/0060). Released means on, whatever the polarity.
type Output struct {
	Name     string   `toml:"name"` // see policy.OutputNamed
	Pin      string   `toml:"pin"`
	Active   Level    `toml:"active"`    // the level that energises the relay
	FailSafe bool     `toml:"fail_safe"` // true: it is released without power, so energised means at rest
	PowerUp  string   `toml:"power_up"`  // as [Relay] has it
	Release  Duration `toml:"release"`   // how long a grant switches it; policy.DefaultRelease when 0
	InFire   string   `toml:"in_fire"`   // one of InFires; empty: "rest"
}

// InFires say what an output does in a fire and in an evacuation: it rests, and nobody switches it;
// or it is released until both are over.
var InFires = []string{"rest", "release"}

// maxOutputs is how many a door may have.
const maxOutputs = 4

// ReleasedInFire reports whether fire and evacuation switch the output.
func (o Output) ReleasedInFire() bool { return o.InFire == "release" }

// OutputNames are the names of the outputs beside the door, in the order of the file.
func (c *Config) OutputNames() (names []string) {
	for _, o := range c.Outputs {
		names = append(names, o.Name)
	}
	return names
}

func (c *Config) checkOutputs(m *misfits) {
	names := c.OutputNames()
	m.when(len(names) > maxOutputs, fmt.Sprintf("output.%d", maxOutputs),
		"there are %d [[output]]: a door has at most %d", len(names), maxOutputs)
	for i, o := range c.Outputs {
		key := fmt.Sprintf("output.%d.", i)
		m.when(!policy.OutputNamed(o.Name), key+"name", "[[output]] cannot be called %q: write one word of small "+
			"letters, digits and hyphens, such as name = \"garage\"", o.Name)
		m.when(slices.Index(names, o.Name) < i, key+"name", "[[output]] %s: there are two of this name: "+
			"their rights could not be told apart", o.Name)
		if d := o.Release.D(); d != 0 {
			m.when(d < 100*time.Millisecond || d > time.Minute, key+"release",
				"[[output]] %s: release %v is out of range: write between 100ms and 60s", o.Name, d)
		}
		if o.InFire != "" {
			m.add(key+"in_fire", oneOf("[[output]] in_fire", o.InFire, InFires))
		}
		if o.PowerUp != "" {
			m.add(key+"power_up", oneOf("[[output]] power_up", o.PowerUp, []string{"low", "high"}))
		}
	}
	for i, a := range c.Site.Access {
		if a.Output == "" || slices.Contains(names, a.Output) {
			continue
		}
		remedy := "leave output out for the door, or wire an [[output]] of that name"
		if len(names) > 0 {
			remedy = "write one of " + strings.Join(names, ", ") + ", or leave it out for the door"
		}
		m.add(fmt.Sprintf("site.access.%d.output", i), fmt.Errorf("[[site.access]] output %q is not known%s: %s",
			a.Output, didYouMean(a.Output, names), remedy))
	}
}
