package board

import (
	"image"
	"strings"
	"testing"

	"menshen/board/config"
)

// TestZoneReachesTheEye: the zone is written in per cent and counted in thousandths.
func TestZoneReachesTheEye(t *testing.T) {
	for written, want := range map[string]image.Rectangle{
		`# zone   = [20, 0, 80, 100]`: {},
		`zone = [20, 0, 80, 95]`:      image.Rect(200, 0, 800, 950),
	} {
		c, err := config.Parse(strings.NewReader(strings.Replace(config.Example, `# zone   = [20, 0, 80, 100]`, written, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := looking(c).Zone; got != want {
			t.Errorf("%s: %v, want %v", written, got, want)
		}
	}
}
