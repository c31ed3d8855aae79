package osdp_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// firmware makes a file of n bytes.
func firmware(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

// fileWire is a line with one reader, in session, that takes files.
func fileWire(t testing.TB, f *osdptest.Files) *osdptest.Wire {
	w := newWire(t, 5)
	w.Readers[0].Files = f
	w.Run(2 * time.Second)
	w.Take()
	return w
}

// send sends a file and gives what came of it.
func send(t testing.TB, w *osdptest.Wire, data []byte, within time.Duration) hal.FileProgress {
	t.Helper()
	if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: data}); err != nil {
		t.Fatal(err)
	}
	for end := w.Now.Add(within); !w.Bus.State(0).File.Ended && w.Now.Before(end); {
		w.Run(100 * time.Millisecond)
	}
	return w.Bus.State(0).File
}

// TestFile: a reader gets a file whole, in parts of the size that it takes, over a good and a bad
// line; what was broken off before is ended first.
func TestFile(t *testing.T) {
	data := firmware(5000)
	for name, c := range map[string]struct {
		files osdptest.Files
		most  int // bytes of a part
		spoil bool
	}{
		"the least that each reader takes": {osdptest.Files{}, 100, false},
		"as its abilities say":             {osdptest.Files{Receives: 200}, 164, false},
		"no more than the line carries":    {osdptest.Files{Receives: 1400}, 212, false},
		"as it says on the way":            {osdptest.Files{Says: osdp.FileState{Most: 64}}, 100, false},
		"with other commands between":      {osdptest.Files{Says: osdp.FileState{Action: 1}}, 100, false},
		"with a poll between":              {osdptest.Files{Says: osdp.FileState{Action: 4}}, 100, false},
		"that it may have in clear":        {osdptest.Files{Says: osdp.FileState{Action: 2}}, 100, false},
		"with pauses":                      {osdptest.Files{Says: osdp.FileState{Action: 1, Delay: 700}}, 100, false},
		"over a bad line":                  {osdptest.Files{Says: osdp.FileState{Action: 1}}, 100, true},
	} {
		t.Run(name, func(t *testing.T) {
			files := c.files
			files.Got = []byte("of another one")
			w := fileWire(t, &files)
			n := 0
			if c.spoil {
				w.ToUnit = func(b []byte) []byte {
					if n++; n%7 == 0 {
						return nil
					}
					return b
				}
			}
			p := send(t, w, data, 5*time.Minute)
			if !p.Ended || p.Err != nil || p.Sent != len(data) || p.Restarts {
				t.Errorf("%+v", p)
			}
			whole := len(files.Whole) == 1 && bytes.Equal(files.Whole[0], data)
			if !whole || files.Most != c.most || files.Aborts != 1 {
				t.Errorf("%d whole, parts of %d, %d ended", len(files.Whole), files.Most, files.Aborts)
			}
			if s := w.Bus.State(0); !s.Secure || len(downs(w.Take())) > 0 {
				t.Error(s.Why)
			}
		})
	}
}

// TestFileAndCards: a reader that allows it gives cards meanwhile, as soon as else; one that does
// not says so, and gives them afterwards.
func TestFileAndCards(t *testing.T) {
	for _, beside := range []bool{true, false} {
		files := &osdptest.Files{}
		if beside {
			files.Says.Action = 1
		}
		w := fileWire(t, files)
		if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: firmware(4000)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: firmware(1)}); !errors.Is(err, osdp.ErrFileBusy) {
			t.Error(err)
		}
		w.Run(2 * time.Second)
		w.Readers[0].Tap(26, 1, 2, 3, 0)
		w.Bus.Send(0, osdp.LEDs{{Permanent: osdp.LEDPermanent{Control: 1}}})
		w.Run(500 * time.Millisecond)
		p, now := w.Bus.State(0).File, cards(w.Take(), 0)
		if p.Ended || p.Alone == beside || (now == 1) != beside || (len(w.Readers[0].LEDs) == 1) != beside {
			t.Errorf("beside %v: %d cards, %+v", beside, now, p)
		}
		w.Run(time.Minute)
		if p := w.Bus.State(0).File; p.Err != nil || now+cards(w.Take(), 0) != 1 || len(w.Readers[0].LEDs) != 1 {
			t.Errorf("beside %v: %+v", beside, p)
		}
	}
}

// TestFileGoesWrong: whatever a reader plays, the file ends, and why is told; the reader works on.
func TestFileGoesWrong(t *testing.T) {
	says := func(action byte, status int16) func(osdp.FilePart) osdp.Reply {
		return func(osdp.FilePart) osdp.Reply { return osdp.FileState{Action: action, Status: status} }
	}
	part := func(answer func(osdp.FilePart) osdp.Reply) func(*osdptest.Wire, *osdptest.Files) {
		return func(_ *osdptest.Wire, f *osdptest.Files) { f.Part = answer }
	}
	for name, c := range map[string]struct {
		play   func(w *osdptest.Wire, f *osdptest.Files)
		want   error
		within time.Duration
	}{
		"it takes none": {func(w *osdptest.Wire, _ *osdptest.Files) { w.Readers[0].Files = nil },
			osdp.Refused{Reason: osdp.NakCommand}, time.Second},
		"it breaks it off":    {part(says(1, -1)), osdp.ErrFileAborted, time.Second},
		"another model's":     {part(says(0, -2)), osdp.ErrFileUnknown, time.Second},
		"damaged":             {part(says(1, -3)), osdp.ErrFileBad, time.Second},
		"another refusal":     {part(says(1, -99)), osdp.ErrFileAborted, time.Second},
		"done before the end": {part(says(1, 1)), osdp.ErrFileOrder, time.Second},
		"a status unheard of": {part(says(1, 4)), osdp.ErrFileOrder, time.Second},
		"restarts on the way": {part(says(1, 2)), osdp.ErrFileOrder, time.Second},
		"no room": {func(_ *osdptest.Wire, f *osdptest.Files) { f.Says.Most = 29 }, osdp.ErrFileRoom,
			time.Second},
		"no room from the start": {func(w *osdptest.Wire, f *osdptest.Files) {
			f.Receives = 29
			w.Readers[0].Unplug()
			w.Run(3 * time.Second)
		}, osdp.ErrFileRoom, time.Second},
		"answers of something else": {func(_ *osdptest.Wire, f *osdptest.Files) {
			f.Part = func(osdp.FilePart) osdp.Reply { return osdp.Local{} }
		}, osdp.ErrFileOrder, 2 * time.Second},
		"silent": {func(w *osdptest.Wire, f *osdptest.Files) {
			f.Part = func(osdp.FilePart) osdp.Reply { w.Readers[0].Deaf = true; return osdp.Ack{} }
		}, osdp.ErrSilent, 10 * time.Second},
		"its power goes": {func(w *osdptest.Wire, f *osdptest.Files) {
			n := 0
			f.Part = func(osdp.FilePart) osdp.Reply {
				if n++; n == 5 {
					w.Readers[0].Unplug()
				}
				return nil
			}
		}, osdp.ErrFileLost, 10 * time.Second},
		"never done": {func(_ *osdptest.Wire, f *osdptest.Files) {
			f.Part = func(p osdp.FilePart) osdp.Reply {
				if int(p.Offset)+len(p.Data) == int(p.Size) {
					return osdp.FileState{Action: 1, Status: 3}
				}
				return nil
			}
		}, osdp.ErrFileNoEnd, 6 * time.Minute},
		"busy for ever": {func(w *osdptest.Wire, _ *osdptest.Files) { w.Readers[0].Busy = 1000 }, osdp.ErrSilent,
			20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			files := &osdptest.Files{Says: osdp.FileState{Action: 1}}
			w := fileWire(t, files)
			c.play(w, files)
			p := send(t, w, firmware(3000), c.within)
			if !p.Ended || !errors.Is(p.Err, c.want) {
				t.Fatalf("%+v", p)
			}
			w.Readers[0].Deaf, w.Readers[0].Busy, files.Part, files.Says.Most = false, 0, nil, 0
			files.Receives, w.Readers[0].Files = 0, files
			w.Readers[0].Unplug()
			w.Run(20 * time.Second)
			if p := send(t, w, firmware(3000), time.Minute); p.Err != nil || !p.Ended {
				t.Errorf("not once more: %+v", p)
			}
		})
	}
	w := newWire(t, 5)
	if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: firmware(9)}); !errors.Is(err, osdp.ErrNoSession) {
		t.Error(err)
	}
	w.Run(2 * time.Second)
	if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: nil}); !errors.Is(err, osdp.ErrFileEmpty) {
		t.Error(err)
	}
}

// TestFileEnds: the operator ends a file at once, whatever pause the reader asked for, and the
// reader knows; nothing of it goes over the line afterwards.
func TestFileEnds(t *testing.T) {
	for _, says := range []osdp.FileState{{Action: 1}, {}, {Action: 4}, {Delay: 60000}, {Action: 1, Delay: 60000}} {
		t.Run(fmt.Sprintf("%+v", says), func(t *testing.T) {
			files := &osdptest.Files{Says: says}
			w := fileWire(t, files)
			if err := w.Bus.SendFile(w.Now, 0, hal.File{Data: firmware(9000)}); err != nil {
				t.Fatal(err)
			}
			w.Run(3 * time.Second)
			parts := files.Parts
			w.Bus.EndFile(0)
			w.Run(time.Second)
			p := w.Bus.State(0).File
			if !p.Ended || !errors.Is(p.Err, osdp.ErrFileStopped) || files.Aborts != 2 || files.Parts > parts+1 ||
				parts == 0 {
				t.Errorf("%+v, %d ended, %d parts", p, files.Aborts, files.Parts-parts)
			}
			w.Readers[0].Tap(26, 1, 2, 3, 0)
			w.Run(time.Second)
			if cards(w.Take(), 0) != 1 {
				t.Error("no card afterwards")
			}
		})
	}
}

// TestFileAtTheEnd: a reader works on a file for a while, and one restarts to use it.
func TestFileAtTheEnd(t *testing.T) {
	for _, last := range []int16{1, 2} {
		files := &osdptest.Files{Says: osdp.FileState{Action: 1}}
		w := fileWire(t, files)
		asked := 0
		files.Part = func(p osdp.FilePart) osdp.Reply {
			if int(p.Offset)+len(p.Data) < int(p.Size) {
				return nil
			}
			if asked++; asked < 30 {
				return osdp.FileState{Action: 1, Delay: 300, Status: 3}
			}
			if last == 2 {
				w.Readers[0].Identity.Firmware = [3]byte{9, 9, 9}
			}
			return osdp.FileState{Action: 1, Status: last}
		}
		p := send(t, w, firmware(1000), 10*time.Second)
		if p.Ended || !p.Waits {
			t.Errorf("%+v", p)
		}
		w.Run(time.Minute)
		p = w.Bus.State(0).File
		if !p.Ended || p.Err != nil || p.Restarts != (last == 2) || asked != 30 {
			t.Errorf("%+v, asked %d times", p, asked)
		}
		w.Readers[0].Unplug()
		w.Run(5 * time.Second)
		if s := w.Bus.State(0); !s.Secure || s.Identity.Firmware[0] == 9 != (last == 2) {
			t.Errorf("%+v", s)
		}
	}
}

// FuzzFile has a reader answer anything to a file: it ends, and cards come again.
func FuzzFile(f *testing.F) {
	f.Add([]byte{0x7a, 1, 0, 0, 0, 0, 0, 0})
	f.Add([]byte("\x7a\x00\x01\x01\x00\x00\x00\x00\x7a\x05\x00\x00\x03\x00\xff\xff\x40\x41\x03"))
	f.Fuzz(func(t *testing.T, script []byte) {
		files := &osdptest.Files{}
		w := fileWire(t, files)
		files.Part = func(osdp.FilePart) osdp.Reply {
			n := min(8, len(script))
			r, err := osdp.ParseReply(script[:n])
			script = script[n:]
			if err != nil {
				return nil
			}
			return r
		}
		p := send(t, w, firmware(600), time.Hour)
		if !p.Ended || p.Sent > p.Size || p.Err == nil && p.Sent != p.Size {
			t.Fatalf("%+v", p)
		}
		files.Part = nil
		w.Run(2 * osdp.OfflineAfter)
		w.Take()
		w.Readers[0].Tap(26, 1, 2, 3, 0)
		w.Run(2 * time.Second)
		if cards(w.Take(), 0) != 1 {
			t.Error("no card afterwards")
		}
	})
}
