package isodep_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"menshen/hal/isodep"
)

func raw(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestATS(t *testing.T) {
	const us = time.Microsecond
	for _, x := range []struct {
		raw  string
		want isodep.ATS
		err  error
	}{
		{"06 77 77 71 02 80", isodep.ATS{128, 38_664 * us, 604 * us}, nil}, // NTAG 424 DNA
		{"06 75 77 81 02 80", isodep.ATS{64, 77_329 * us, 604 * us}, nil},  // DESFire
		{"01", isodep.ATS{32, 4_833 * us, 0}, nil},
		{"02 08", isodep.ATS{256, 4_833 * us, 0}, nil},
		{"03 20 e0", isodep.ATS{16, 4_949_031 * us, 0}, nil},
		{"03 2f ff", isodep.ATS{256, 4_833 * us, 0}, nil}, // all reserved
		{"03 50 00", isodep.ATS{}, isodep.ErrATS},         // TC is missing
		{"05 77 77 71 02 80", isodep.ATS{}, isodep.ErrATS},
		{"", isodep.ATS{}, isodep.ErrATS},
	} {
		got, err := isodep.ParseATS(raw(x.raw))
		near := func(a, b time.Duration) bool { return (a - b).Abs() < 10*time.Microsecond }
		if got.Frame != x.want.Frame || !near(got.Wait, x.want.Wait) || !near(got.Guard, x.want.Guard) ||
			!errors.Is(err, x.err) {
			t.Errorf("%s: %+v, %v", x.raw, got, err)
		}
	}
}

// TestRules plays conversations: ">" is what the reader must send, "<" what the card answers, "-" a
// loss, "=" the answer that comes of it, "!" the error. Frames are of 8 bytes: 5 of content.
func TestRules(t *testing.T) {
	for name, script := range map[string]string{
		"one block each way":                 ">02 0102 <02 0304 =0304",
		"an answer without content":          ">02 01 <02 =",
		"the command is chained":             ">12 0102030405 <a2 >03 06 <03 07 =07",
		"the answer is chained (rule 2)":     ">02 01 <12 02 >a3 <13 03 >a2 <02 04 =020304",
		"more time (rule 3)":                 ">02 01 <f2 05 >f2 05 <02 02 =02",
		"more time, power level aside":       ">02 01 <f2 c5 >f2 05 <02 02 =02",
		"the answer was lost (rule 4)":       ">02 01 - >b2 <02 02 =02",
		"the command was lost (rules 4, 6)":  ">02 01 - >b2 <a3 >02 01 <02 02 =02",
		"a part was lost (rules 4, 6)":       ">12 0102030405 - >b2 <a3 >12 0102030405 <a2 >03 06 <03 07 =07",
		"its acknowledgement was lost":       ">12 0102030405 - >b2 <a2 >03 06 <03 07 =07",
		"a part of the answer (rule 5)":      ">02 01 <12 02 >a3 - >a3 <03 03 =0203",
		"consent to more time was lost":      ">02 01 <f2 05 >f2 05 - >b2 <f2 05 >f2 05 <02 02 =02",
		"three losses":                       ">02 01 - >b2 - >b2 - >b2 <02 02 =02",
		"four losses":                        ">02 01 - >b2 - >b2 - >b2 - !lost",
		"losses are counted in a row":        ">02 01 <12 02 >a3 - >a3 - >a3 - >a3 <13 03 >a2 - >a2 <02 =0203",
		"an empty block is a loss":           ">02 01 < >b2 <02 02 =02",
		"another block number":               ">02 01 <03 02 !protocol",
		"an answer to half a command":        ">12 0102030405 <02 07 !protocol",
		"an acknowledgement for an answer":   ">02 01 <a2 !protocol",
		"an acknowledgement within a chain":  ">02 01 <12 02 >a3 <a3 !protocol",
		"an acknowledgement with content":    ">02 01 <a2 00 !protocol",
		"a NAK from a card":                  ">02 01 <b2 !protocol",
		"no time more":                       ">02 01 <f2 00 !protocol",
		"60 times as long":                   ">02 01 <f2 3c !protocol",
		"more time without how much":         ">02 01 <f2 !protocol",
		"a part with nothing in it":          ">02 01 <12 !protocol",
		"a card that leaves":                 ">02 01 <c2 !protocol",
		"a block with a number of the card":  ">02 01 <0a 00 02 !protocol",
		"DESELECT":                           "* >c2 <c2 =",
		"DESELECT again (rule 8)":            "* >c2 - >c2 <02 01 >c2 <c2 =",
		"DESELECT is not answered":           "* >c2 - >c2 - >c2 - >c2 - !lost",
		"asks for the same again and again":  ">02 01 <a3 >02 01 <a3 >02 01 <a3 >02 01 <a3 !lost",
		"the second command has number 1":    ">02 01 <02 02 =02 ? >03 01 <03 05 =05",
		"a lost one does not end the second": ">02 01 - >b2 <02 02 =02 ? >03 01 - >b3 - >b3 - >b3 <03 05 =05",
	} {
		t.Run(name, func(t *testing.T) { play(t, script) })
	}
	play(t, ">02 01 "+strings.Repeat("<f2 01 >f2 01 ", 32)+"<f2 01 !lost")
}

func play(t *testing.T, script string) {
	l := isodep.New(isodep.ATS{Frame: 64, Wait: time.Millisecond}, 8)
	commands := [][]byte{{1}, {1, 2}, {1, 2, 3, 4, 5, 6}}
	var step isodep.Step
	begin := func() {
		step = l.Command(commands[0])
		switch {
		case strings.HasPrefix(script, ">02 0102"):
			step = l.Command(commands[1])
		case strings.HasPrefix(script, ">12"):
			step = l.Command(commands[2])
		}
	}
	if begin(); strings.HasPrefix(script, "*") {
		step = l.Deselect()
	}
	for _, act := range split(script) {
		var block []byte
		if act[0] != '!' {
			block = raw(act[1:])
		}
		switch act[0] {
		case '>':
			if !bytes.Equal(step.Send, block) || step.Wait <= 0 {
				t.Fatalf("%s: sends % x, waits %v", act, step.Send, step.Wait)
			}
		case '<':
			step = l.Heard(block)
		case '-':
			step = l.Lost()
		case '?':
			begin()
		case '=':
			if step.Send != nil || step.Err != nil || !bytes.Equal(step.Answer, block) {
				t.Fatalf("%s: %+v", act, step)
			}
		case '!':
			want := map[string]error{"!lost": isodep.ErrLost, "!protocol": isodep.ErrProtocol}[strings.TrimSpace(act)]
			if want == nil || !errors.Is(step.Err, want) {
				t.Fatalf("%s: %+v", act, step)
			}
		}
	}
}

// split cuts a script into its acts.
func split(script string) (acts []string) {
	for i, r := range script {
		if strings.ContainsRune("><=!-?*", r) || i == 0 {
			acts = append(acts, "")
		}
		acts[len(acts)-1] += string(r)
	}
	return acts
}

// FuzzCard: whatever a card sends, the conversation ends, within what it may cost: no answer is
// longer than 1 KiB, no wait longer than the standard's longest, and no block longer than the card
// takes.
func FuzzCard(f *testing.F) {
	f.Add(raw("067777710280"), raw("05 01020304 0212 0203"))
	f.Add(raw("0108"), raw("02f205 02f23b 00 0302aa"))
	f.Add(raw("0320e0"), bytes.Repeat(raw("02 12aa 02 13bb"), 100))
	f.Fuzz(func(t *testing.T, ats, air []byte) {
		a, err := isodep.ParseATS(ats)
		if err != nil {
			return
		}
		const most = 5 * time.Second
		if a.Frame < 16 || a.Frame > 256 || a.Wait <= 0 || a.Wait > most || a.Guard < 0 || a.Guard > most {
			t.Fatalf("%+v", a)
		}
		l := isodep.New(a, 64)
		for range 3 {
			step, n := l.Command(make([]byte, 100)), 0
			for step.Send != nil {
				if len(step.Send) > min(a.Frame, 64)-2 || step.Wait <= 0 || step.Wait > most {
					t.Fatalf("%d bytes, %v", len(step.Send), step.Wait)
				}
				if n++; n > 5000 {
					t.Fatal("no end")
				}
				if len(air) == 0 {
					step = l.Lost()
					continue
				}
				long := min(int(air[0])%65, len(air)-1) // a byte says how long the next block is
				step, air = l.Heard(air[1:1+long]), air[1+long:]
			}
			if len(step.Answer) > 1024 || step.Err != nil && step.Answer != nil {
				t.Fatalf("%d bytes, %v", len(step.Answer), step.Err)
			}
		}
	})
}

func ExampleLink() {
	ats, _ := isodep.ParseATS([]byte{0x06, 0x77, 0x77, 0x71, 0x02, 0x80})
	link := isodep.New(ats, 64)
	step := link.Command([]byte{0x90, 0x60, 0x00, 0x00, 0x00}) // GetVersion
	fmt.Printf("% x\n", step.Send)
	step = link.Heard([]byte{0x02, 0x91, 0xaf})
	fmt.Printf("% x\n", step.Answer)
	// Output:
	// 02 90 60 00 00 00
	// 91 af
}
