package osdp

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"menshen/hal"
)

// Why a reader does not have a file. Where the reader refused the first part, Err is a [Refused].
var (
	ErrNoSession   = errors.New("the reader has no session")
	ErrFileBusy    = errors.New("a file is on its way to the reader already")
	ErrFileStopped = errors.New("it was stopped")
	ErrFileLost    = errors.New("the session with the reader ended in the middle")
	ErrFileAborted = errors.New("the reader broke it off")
	ErrFileUnknown = errors.New("the reader does not know what the file is: is it that of this model?")
	ErrFileBad     = errors.New("the reader says that the file is damaged")
	ErrFileOrder   = errors.New("the reader's answers are not those to a file")
	ErrFileRoom    = errors.New("the reader leaves no room for a part of a file")
	ErrFileNoEnd   = errors.New("the reader has all of the file and did not say in time that it is done with it")
	ErrFileEmpty   = errors.New("the file is empty")
)

// Refused is a command that a reader does not carry out.
type Refused struct{ Reason NakReason }

func (r Refused) Error() string { return "the reader refuses: " + r.Reason.String() }

const (
	fileUsual = 1 // FilePart.Type: the reader knows it by its content

	// FileState.Action
	fileBeside = 1 << 0 // other commands may go between the parts
	filePoll   = 1 << 2 // poll before the next part; that it may leave the channel (1 << 1) is not used

	// FileState.Status
	fileDone     = 1
	fileRestarts = 2
	fileWorking  = 3
	fileUnknown  = -2
	fileBad      = -3

	partHead   = 11              // bytes of a FilePart before its data
	leastRoom  = 128             // bytes of a frame that each reader takes
	askWorking = time.Second     // at least, between two questions whether it is done
	fileNoEnd  = 5 * time.Minute // that it may work on a file
)

// transfer is a file on its way to a reader.
type transfer struct {
	*hal.FileProgress
	kind     byte
	data     []byte
	most     int // bytes of a frame that the reader takes
	longest  int // bytes of a frame that the line does
	part     int // bytes of the part that was sent
	due      time.Time
	begins   bool // what was broken off before is ended first
	ends     bool // it is to be broken off
	poll     bool
	odd      int       // answers in a row that are none
	complete time.Time // since when the reader has all
}

func (s *station) sendFile(now time.Time, f hal.File) error {
	switch {
	case s.phase != up:
		return ErrNoSession
	case s.file != nil:
		return ErrFileBusy
	case len(f.Data) == 0:
		return ErrFileEmpty
	}
	s.File = hal.FileProgress{Size: len(f.Data)}
	s.file = &transfer{FileProgress: &s.File, kind: cmp.Or(f.Type, fileUsual), data: f.Data,
		most: s.Abilities.receives(), longest: s.longest, due: now, begins: true}
	return nil
}

// receives is how many bytes of a frame the reader takes.
func (r Abilities) receives() int {
	for _, a := range r {
		if n := int(a.Level) | int(a.Count)<<8; a.Function == CanReceive && n > 0 {
			return n
		}
	}
	return leastRoom
}

func (s *station) endFile() {
	if s.file != nil {
		s.file.ends, s.due = true, time.Time{} // at once, whatever time the reader asked for
	}
}

// endedFile is the end of a file; nil: the reader has it.
func (s *station) endedFile(err error) {
	s.File.Ended, s.File.Err, s.File.Waits = true, err, false
	s.file = nil
}

// alone reports whether it is the file's turn and nobody else's.
func (t *transfer) alone(polled bool) bool { return t.ends || t.Alone && (polled || !t.poll) }

// next is the file's next command. Once all was sent it is the question whether the reader is done.
func (t *transfer) next() Command {
	if t.begins || t.ends {
		return Abort{}
	}
	t.part = min(t.room(), t.Size-t.Sent)
	return FilePart{Type: t.kind, Size: uint32(t.Size), Offset: uint32(t.Sent),
		Data: t.data[t.Sent : t.Sent+t.part]}
}

// room is how many bytes of the file a frame has room for, sealed: whole blocks with a byte of
// padding at least.
func (t *transfer) room() int {
	const around = 5 + 2 + 1 + macSize + 2 // header, security block, code; check
	blocks := (min(t.most, t.longest) - around) / 16
	return 16*blocks - 1 - partHead
}

// fileAnswered takes an answer to a part of the file, or to its end.
func (s *station) fileAnswered(now time.Time, r Reply) {
	t := s.file
	if t == nil {
		return
	}
	if _, abort := s.command.(Abort); abort {
		if t.ends {
			s.endedFile(ErrFileStopped)
		} else if t.begins = false; t.room() < 1 {
			s.endedFile(ErrFileRoom)
		}
		return
	}
	switch r := r.(type) {
	case Nak:
		s.endedFile(Refused(r))
	case FileState:
		s.fileTold(now, r)
	default: // the part comes again, since whether the reader took it is not known
		if t.odd++; t.odd == tries {
			s.endedFile(ErrFileOrder)
		}
	}
}

// fileTold goes on as the reader wants it.
func (s *station) fileTold(now time.Time, r FileState) {
	t := s.file
	t.odd, t.Sent = 0, t.Sent+t.part
	t.Alone, t.poll = r.Action&fileBeside == 0, r.Action&filePoll != 0
	t.due = now.Add(time.Duration(r.Delay) * time.Millisecond)
	if r.Most > 0 {
		t.most = int(r.Most)
	}
	all := t.Sent == t.Size
	if all && t.complete.IsZero() {
		t.complete = now
	}
	switch {
	case r.Status == fileUnknown:
		s.endedFile(ErrFileUnknown)
	case r.Status == fileBad:
		s.endedFile(ErrFileBad)
	case r.Status < 0:
		s.endedFile(ErrFileAborted)
	case all && (r.Status == fileDone || r.Status == fileRestarts):
		t.Restarts = r.Status == fileRestarts
		s.endedFile(nil)
	case r.Status == fileDone, r.Status == fileRestarts, r.Status > fileWorking:
		s.endedFile(fmt.Errorf("%w: status %d after %d bytes", ErrFileOrder, r.Status, t.Sent))
	case all && now.Sub(t.complete) > fileNoEnd:
		s.endedFile(ErrFileNoEnd)
	case all:
		t.Waits = true
		if soon := now.Add(askWorking); t.due.Before(soon) {
			t.due = soon
		}
	case t.room() < 1:
		s.endedFile(ErrFileRoom)
	}
	if s.file != nil && t.Alone { // it wants to be left alone until then
		s.due, s.heard = t.due, t.due
	}
}

// SendFile implements hal.FileTaker.
func (r *Reader) SendFile(f hal.File) error {
	err := ErrNoSession
	r.line.with(func(b *Bus) { err = b.SendFile(time.Now(), r.place, f) })
	return err
}

// EndFile implements hal.FileTaker.
func (r *Reader) EndFile() { r.line.with(func(b *Bus) { b.EndFile(r.place) }) }

// File implements hal.FileTaker. A port that went away took the file with it.
func (r *Reader) File() hal.FileProgress {
	p := hal.FileProgress{Ended: true, Err: ErrFileLost}
	r.line.with(func(b *Bus) { p = b.State(r.place).File })
	return p
}
