// Package recording is what a voice says, phrase by phrase: files of sound, read strictly since a
// site may bring its own ([Parse]), measured so that a speaker knows what to mend ([Measure]), and
// made fit for the rate of a sound card and for somebody who needs more time ([Resampler],
// [Stretch]).
//
// A file is WAV: 16 bit PCM, one channel or two, 8,000 to 48,000 samples a second, at most
// [MostLength]. In a folder of recordings it is LANG/ID.wav: en/scene.opened.wav.
package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Limits of a file.
const (
	MostBytes   = 4 << 20
	MostLength  = 20 * time.Second
	LeastLength = 200 * time.Millisecond
	leastRate   = 8000
	mostRate    = 48000
)

// ErrFormat: the bytes are not a recording that can be used. What is said behind it has the remedy.
var ErrFormat = errors.New("not a recording")

// remedy makes what is read of nearly anything.
const remedy = "save it as WAV with 16 bits (sox IN -b 16 -c 1 -r 24000 OUT.wav)"

// Recording is one phrase.
type Recording struct {
	Rate    int     // samples a second
	Samples []int16 // of one channel
}

// Length is how long it takes.
func (r *Recording) Length() time.Duration {
	return time.Duration(len(r.Samples)) * time.Second / time.Duration(max(1, r.Rate))
}

// format is what a file says of its samples.
type format struct {
	Code, Channels uint16
	Rate           uint32
	BytesASecond   uint32
	Align, Bits    uint16
}

const (
	codePCM        = 1
	codeExtensible = 0xfffe
)

// Parse reads a file. Two channels become one, their mean. Errors wrap [ErrFormat].
func Parse(raw []byte) (*Recording, error) {
	bad := func(what string, args ...any) (*Recording, error) {
		return nil, fmt.Errorf("%w: %s: %s", ErrFormat, fmt.Sprintf(what, args...), remedy)
	}
	if len(raw) > MostBytes {
		return bad("more than %d MiB", MostBytes>>20)
	}
	if len(raw) < 12 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WAVE" {
		return bad("no WAV file")
	}
	var f format
	known := false
	for rest := raw[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), binary.LittleEndian.Uint32(rest[4:])
		rest = rest[8:]
		if uint64(size) > uint64(len(rest)) {
			return bad("cut short")
		}
		chunk := rest[:size]
		rest = rest[min(uint64(len(rest)), uint64(size)+uint64(size)%2):]
		switch {
		case name == "fmt " && !known:
			if n, err := binary.Decode(chunk, binary.LittleEndian, &f); err != nil {
				return bad("a format of %d bytes", n)
			}
			if f.Code == codeExtensible && len(chunk) >= 26 {
				f.Code = binary.LittleEndian.Uint16(chunk[24:])
			}
			known = true
		case name == "data" && known:
			return f.recording(chunk, bad)
		}
	}
	return bad("no sound in it")
}

// recording makes one of the samples of a file.
func (f format) recording(data []byte, bad func(string, ...any) (*Recording, error)) (*Recording, error) {
	width := 2 * int(f.Channels)
	switch {
	case f.Code != codePCM || f.Bits != 16:
		return bad("%d bits, kind %d", f.Bits, f.Code)
	case f.Channels < 1 || f.Channels > 2 || int(f.Align) != width:
		return bad("%d channels", f.Channels)
	case f.Rate < leastRate || f.Rate > mostRate:
		return bad("%d samples a second", f.Rate)
	case len(data)%width != 0:
		return bad("half a sample at its end")
	}
	r := &Recording{Rate: int(f.Rate), Samples: make([]int16, 0, len(data)/width)}
	for ; len(data) > 0; data = data[width:] {
		sum := 0
		for c := range int(f.Channels) {
			sum += int(int16(binary.LittleEndian.Uint16(data[2*c:])))
		}
		r.Samples = append(r.Samples, int16(sum/int(f.Channels)))
	}
	if d := r.Length(); d < LeastLength || d > MostLength {
		return bad("%v long, and a phrase is from %v to %v", d.Round(10*time.Millisecond), LeastLength, MostLength)
	}
	return r, nil
}

// WAV is the recording as a file: the same bytes for the same samples.
func (r *Recording) WAV() []byte {
	size := uint32(2 * len(r.Samples))
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{36 + size, []byte("WAVEfmt "), uint32(16),
		format{codePCM, 1, uint32(r.Rate), 2 * uint32(r.Rate), 2, 16}, []byte("data"), size, r.Samples} {
		_ = binary.Write(&b, binary.LittleEndian, v) // into memory, of a size that is known
	}
	return b.Bytes()
}
