//go:build vboard

package pcm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Capture hears what a card plays at the other end of the kernel's loopback (snd-aloop).
type Capture struct {
	fd   device
	quit chan struct{}
	done chan struct{}

	mu    sync.Mutex
	heard []int16
	err   error
}

// Listen begins to hear a device, which must play 16 bit and one channel at that rate.
func Listen(path string, perSecond int) (*Capture, error) {
	fd, err := openDevice(path)
	if err != nil {
		return nil, err
	}
	h := everything()
	h.only(accessMask, interleaved)
	h.only(formatMask, formatS16)
	h.within(channels, 1, 1)
	h.within(rate, uint32(perSecond), uint32(perSecond))
	h.within(periodSize, uint32(perSecond/100), uint32(perSecond/100))
	h = h.near(fd, bufferSize, uint32(perSecond))
	const start = 0x4142
	err = errors.Join(fd.ioctl(setHardware, argument(h)), fd.ioctl(prepare, nil), fd.ioctl(start, nil))
	if err != nil {
		return nil, fmt.Errorf("hear %s: %w", path, err)
	}
	c := &Capture{fd: fd, quit: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c, nil
}

func (c *Capture) run() {
	defer close(c.done)
	b := make([]byte, 9600)
	for {
		select {
		case <-c.quit:
			return
		case <-time.After(10 * time.Millisecond):
		}
		n, err := unix.Read(int(c.fd), b)
		if errors.Is(err, unix.EAGAIN) {
			continue
		}
		c.mu.Lock()
		for at := 0; at+2 <= n; at += 2 {
			c.heard = append(c.heard, int16(binary.LittleEndian.Uint16(b[at:])))
		}
		if c.err = err; err != nil {
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
	}
}

// Heard gives what was heard since the last call, without the silence at both ends.
func (c *Capture) Heard() ([]int16, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.heard
	c.heard = nil
	sound := func(s int16) bool { return s != 0 }
	first := slices.IndexFunc(all, sound)
	if first < 0 {
		return nil, c.err
	}
	last := len(all)
	for all[last-1] == 0 {
		last--
	}
	return all[first:last], c.err
}

// Close stops listening.
func (c *Capture) Close() {
	close(c.quit)
	<-c.done
	c.fd.close()
}
