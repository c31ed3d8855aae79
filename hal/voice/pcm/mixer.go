package pcm

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// TurnUp switches on what a card plays by, and sets its volumes to [nominal], or to [share] of the
// range where the card does not say decibels. What records is left alone, and so is what lets a
// microphone be heard. path is that of [Card.Control]. It gives how many controls it changed, also
// with an error: that of the first control that cannot be set. The others are.
func TurnUp(path string) (changed int, err error) {
	k, err := openDevice(path)
	if err != nil {
		return 0, err
	}
	defer k.close()
	return turnUp(k)
}

const (
	nominal = 0  // hundredths of a decibel: the samples as they are
	share   = 80 // percent
	// mostControls is as far as is looked: a card with many has two hundred.
	// Numbers may be left out.
	mostControls = 1024
)

func turnUp(k kernel) (changed int, first error) {
	list := make(argument, listSize)
	if err := k.ioctl(listControls, list); err != nil {
		return 0, fmt.Errorf("list its controls: %w", err)
	}
	seen := uint32(0)
	for number := uint32(1); seen < list.get(listCount) && number <= mostControls; number++ {
		c := control{make(argument, infoSize)}
		c.put(0, number)
		err := k.ioctl(askControl, c.argument)
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		seen++
		did := false
		if err == nil && c.plays() {
			did, err = c.set(k, c.wanted(k))
		}
		if did {
			changed++
		}
		if err != nil && first == nil {
			first = fmt.Errorf("set %q: %w", c.name(), err)
		}
	}
	return changed, first
}

// control is what the kernel tells of one: its number first.
type control struct{ argument }

func (c control) name() string {
	name, _, _ := strings.Cut(string(c.argument[nameAt:nameAt+nameSize]), "\x00")
	return name
}

// What is heard by. The first list is enough for a name alone ("Speaker Volume"); the words of both
// are in names that say "Playback", unless one of the third is.
var (
	speakers = []string{"Master", "PCM", "Speaker", "Speakers", "Headphone", "Headphones", "DAC"}
	outputs  = append([]string{"", "Headset", "Earphone", "Front", "HDMI", "IEC958", "Digital", "Analogue", "Output",
		"Lineout", "Line Out"}, speakers...)
	inputs = []string{"Mic", "Microphone", "Capture", "Loopback", "Sidetone", "ADC"}
)

// plays reports whether the door is heard by this control, by the names that the kernel gives
// (Documentation/sound/designs/control-names.rst).
func (c control) plays() bool {
	access, kind := c.get(accessAt), c.get(typeAt)
	if c.get(ifaceAt) != mixer || access&(readable|writable|inactive) != readable|writable ||
		c.get(countAt) < 1 || c.get(countAt) > mostValues {
		return false
	}
	source, ok := strings.CutSuffix(c.name(), map[uint32]string{boolean: "Switch", integer: "Volume"}[kind])
	if !ok || kind != boolean && kind != integer {
		return false
	}
	source = strings.TrimSpace(source)
	source, says := strings.CutSuffix(source, "Playback")
	source = strings.TrimSpace(source)
	if !says {
		return slices.Contains(speakers, source)
	}
	words := strings.FieldsFunc(source, func(r rune) bool { return r == ' ' || r == '+' })
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	return (slices.Contains(outputs, source) || has(outputs)) && !has(inputs)
}

// wanted is the value that the control should have.
func (c control) wanted(k kernel) int64 {
	if c.get(typeAt) == boolean {
		return 1
	}
	least, most := int64(c.long(leastAt)), int64(c.long(mostAt))
	if most <= least {
		return least
	}
	value := float64(least) + float64(most-least)*share/100
	if from, step, ok := c.decibels(k, float64(most-least)); ok {
		value = float64(least) + math.Floor((nominal-from)/step)
	}
	return int64(max(float64(least), min(value, float64(most))))
}

// decibels gives the level of the least value and that of a step, in hundredths; not ok: the card
// does not say. span is the number of steps.
func (c control) decibels(k kernel, span float64) (from, step float64, ok bool) {
	if c.get(accessAt)&levelled == 0 {
		return 0, 0, false
	}
	a := make(argument, levelSize)
	a.put(0, c.get(0))
	a.put(4, levelSize-8)
	if k.ioctl(askLevel, a) != nil || a.get(12) < 8 {
		return 0, 0, false
	}
	from, second := float64(int32(a.get(16))), a.get(20)
	switch a.get(8) {
	case levelScale:
		step = float64(second & 0xffff)
	case levelSpan, levelSpanMute:
		step = (float64(int32(second)) - from) / span
	}
	return from, step, step > 0
}

// set gives all channels a value and reports whether one had another.
func (c control) set(k kernel, value int64) (changed bool, err error) {
	v := make(argument, valueSize)
	copy(v, c.argument[:idSize])
	if err := k.ioctl(readControl, v); err != nil {
		return false, err
	}
	for i := range int(c.get(countAt)) {
		at := valuesAt + 8*i
		changed = changed || int64(v.long(at)) != value
		v.putLong(at, uint64(value))
	}
	if !changed {
		return false, nil
	}
	if err := k.ioctl(writeControl, v); err != nil {
		return false, err
	}
	return true, nil
}

// The requests of a control device, and where things are in what they take; as in kernel.go.
const (
	listControls = 0xc0505510
	askControl   = 0xc1105511
	readControl  = 0xc4c85512
	writeControl = 0xc4c85513
	askLevel     = 0xc008551a

	listSize, infoSize, valueSize, idSize, levelSize = 80, 272, 1224, 64, 72

	listCount                 = 12
	ifaceAt, nameAt, nameSize = 4, 16, 44
	typeAt, accessAt, countAt = 64, 68, 72
	leastAt, mostAt           = 80, 88
	valuesAt, mostValues      = 72, 128
	mixer                     = 2
	boolean, integer          = 1, 2
	readable, writable        = 1, 2
	levelled, inactive        = 0x10, 0x100
	levelScale                = 1    // the least, a step
	levelSpan, levelSpanMute  = 4, 5 // the least, the most
)
