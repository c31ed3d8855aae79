package eye

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/hal"
	"menshen/recognizer/qr"
)

// Code is the text of a QR code that was held in front of the camera, and that begins with
// Config.Codes. Any other code never leaves the child.
type Code struct {
	At   time.Time // when the frame was captured
	Text hal.Code
}

const (
	maxCode   = 200                    // characters of a text
	codeEvery = 200 * time.Millisecond // pause at least between two looks for a code
	codeShare = 4                      // looking for codes takes at most one part in so many of the time
)

// SetCodes says whether codes are read from now on, and after each restart: beside faces in modes
// Idle and Looking, alone in mode Off, whose camera is then open. It does not wait.
func (e *Eye) SetCodes(on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status.Codes = on
	e.tell()
}

// Codes gives the newest code. It is closed after Close.
func (e *Eye) Codes() <-chan Code { return e.codes }

// codes reads codes in the child. What it remembers of a frame is overwritten at once.
type codes struct {
	prefix string
	reader qr.Reader
	grey   []byte
	next   time.Time // not before then
}

// read looks for a code in the frame when it is time. It gives the empty text when there is
// none that is wanted.
func (c *codes) read(f *hal.Frame, now time.Time) (string, error) {
	if now.Before(c.next) || len(f.BGR) != f.Width*f.Height*3 {
		return "", nil
	}
	c.grey = slices.Grow(c.grey[:0], f.Width*f.Height)[:f.Width*f.Height]
	defer c.reader.Wipe()
	defer clear(c.grey)
	for i := range c.grey {
		c.grey[i] = f.BGR[i*3+1] // green, which is most of the brightness
	}
	text, err := c.reader.Read(c.grey, f.Width, f.Height)
	c.next = time.Now().Add(max(codeEvery, (codeShare-1)*time.Since(now)))
	switch {
	case errors.Is(err, qr.ErrNoCode), err == nil && !ours(text, c.prefix):
		return "", nil
	}
	return text, err
}

// ours reports whether a text begins with prefix, is short, and has only the characters of a QR
// code's alphanumeric mode.
func ours(text, prefix string) bool {
	const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	return prefix != "" && strings.HasPrefix(text, prefix) && len(text) <= maxCode &&
		strings.Trim(text, alphanumeric) == ""
}

// parseCode reads the text of a code. The error is ErrProtocol for one that was not asked for.
func parseCode(b []byte, prefix string) (hal.Code, error) {
	if !ours(string(b), prefix) {
		return "", fmt.Errorf("%w: code of %d bytes", ErrProtocol, len(b))
	}
	return hal.Code(b), nil
}
