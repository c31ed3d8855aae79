//go:build vboard

package pcm

import (
	"fmt"
	"maps"
	"os"
	"testing"
)

// settings gives what each control of a card is set to, by name and number.
func settings(t *testing.T, path string) map[string]int64 {
	t.Helper()
	k, err := openDevice(path)
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	all := map[string]int64{}
	for number := uint32(1); number <= 64; number++ {
		c, v := control{make(argument, infoSize)}, make(argument, valueSize)
		c.put(0, number)
		v.put(0, number)
		if k.ioctl(askControl, c.argument) == nil && k.ioctl(readControl, v) == nil {
			all[fmt.Sprint(c.name(), " ", number)] = int64(v.long(valuesAt))
		}
	}
	return all
}

// TestKernelTurnUp: of the kernel's own dummy card (snd-dummy) the master's volume alone is set, to
// 0 dB, which is 100 of −50 to 100 there; once.
func TestKernelTurnUp(t *testing.T) {
	c, err := Find(os.DirFS("/sys"), "Dummy")
	if err != nil {
		t.Fatal(err)
	}
	before := settings(t, c.Control())
	n, err := TurnUp(c.Control())
	if err != nil || n != 1 {
		t.Errorf("%d changed, %v", n, err)
	}
	want, masters := maps.Clone(before), 0
	for name := range want {
		var number int
		if _, err := fmt.Sscanf(name, "Master Volume %d", &number); err == nil {
			want[name] = 100
			masters++
		}
	}
	after := settings(t, c.Control())
	if masters != 1 || len(before) < 5 || !maps.Equal(after, want) {
		t.Errorf("%d masters\n%v before,\n%v after", masters, before, after)
	}
	if n, err := TurnUp(c.Control()); err != nil || n != 0 {
		t.Errorf("%d changed again, %v", n, err)
	}
	t.Log(after)
}
