package console

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestHalfBlocksAreTheCode reads the drawing back.
func TestHalfBlocksAreTheCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 17 + 4*rapid.IntRange(1, 5).Draw(t, "version")
		code := make([][]bool, n)
		for y := range code {
			code[y] = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "row")
		}
		lines := halfBlocks(code)
		for y := range n + 2*quietZone {
			row := []rune(lines[y/2])
			for x := range n + 2*quietZone {
				light := strings.ContainsRune([]string{"█▀", "█▄"}[y%2], row[x])
				inside := x >= quietZone && y >= quietZone && x < n+quietZone && y < n+quietZone
				if dark := inside && code[y-quietZone][x-quietZone]; light == dark {
					t.Fatalf("module %d,%d is %v in the code and %v on the screen", x, y, dark, !light)
				}
			}
		}
	})
}
