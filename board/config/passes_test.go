package config

import (
	"strings"
	"testing"
)

func TestPasses(t *testing.T) {
	if c, err := Parse(strings.NewReader(Example)); err != nil || c.Passes.Enabled || c.Passes.Camera {
		t.Errorf("the example: %+v, %v", c.Passes, err)
	}
	set := func(text, passes string) error {
		_, err := Parse(strings.NewReader(text + "\n[passes]\n" + passes))
		return err
	}
	before, after, _ := strings.Cut(Example, "[passes]")
	example := before + after[strings.Index(after, "[console]"):]
	bare := strings.Replace(example, `source = "v4l2:/dev/video0"`, `source = ""`, 1)
	bare = strings.Replace(bare, "enabled       = true", "enabled = false", 1)
	for _, test := range []struct{ name, text, passes, want string }{
		{"off", example, "enabled = false", ""},
		{"camera", example, "enabled = true\ncamera = true", ""},
		{"nothing takes one", example, "enabled = true", "wire a keypad or a scanner"},
		{"camera alone", example, "camera = true", "write enabled = true"},
		{"no camera", bare, "enabled = true\ncamera = true", `write source = "v4l2:/dev/video0"`},
		{"private", strings.NewReplacer("building entrance", "guest room", "enabled       = true",
			"enabled = false").Replace(example),
			"enabled = true\ncamera = true", "R-NOPRIVATE"},
		{"keypad", strings.Replace(example, "# keypad  = 4 ", "keypad = 4 #", 1), "enabled = true", ""},
	} {
		err := set(test.text, test.passes)
		if test.want == "" && err != nil || test.want != "" &&
			(err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
