package child

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Why a child ended. Life.LastError wraps one of them, behind the child's name.
var (
	ErrProtocol = errors.New("sent a malformed message")
	ErrSilent   = errors.New("gave no sign of life")
	ErrDeaf     = errors.New("takes no message")
	ErrExited   = errors.New("exited")
	ErrMemory   = errors.New("uses too much memory")
	ErrFlood    = errors.New("says too much")
)

// Spec is one sort of child. All fields but Noise are needed.
type Spec struct {
	Name     string   // in errors: "eye"
	Command  []string // argv; Self makes it
	Protocol *Protocol

	StartIn time.Duration // time it has to say that it is ready
	Silence time.Duration // time without a message after which it is killed
	Memory  int64         // resident bytes at which it is killed
	Pace    int           // messages a second that it may send
	Noise   string        // how lines on its standard error begin that mean nothing
}

// Self is the command line of this executable with a verb.
func Self(verb string) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", verb, err)
	}
	return []string{self, verb}, nil
}

// Child is a running child as its parent sees it.
type Child struct {
	conn   *Conn
	spec   *Spec
	socket *os.File
	cmd    *exec.Cmd
	words  *words
	helps  sync.WaitGroup
	quit   chan struct{}
	wake   chan struct{} // something waits in told

	mu   sync.Mutex
	told map[Kind][]byte // what it is to be told
	why  error           // it was killed for this; nil: it was not

	// Of the goroutine that reads its messages.
	ready bool
	since time.Time // of the second that is counted
	heard int       // messages in it
}

// spawn starts a child with one end of a socketpair as file descriptor 3, and sends it its
// configuration, as JSON.
func spawn(s *Spec, config any) (*Child, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), s.Name+" child")
	defer theirs.Close()
	if err := unix.SetNonblock(pair[0], true); err != nil { // so that deadlines work
		unix.Close(pair[0])
		return nil, fmt.Errorf("socketpair: %w", err)
	}
	ours := os.NewFile(uintptr(pair[0]), s.Name+" parent")
	c := &Child{
		conn: NewConn(ours, s.Protocol), spec: s, socket: ours, words: &words{noise: s.Noise},
		quit: make(chan struct{}), wake: make(chan struct{}, 1), told: map[Kind][]byte{},
	}
	c.cmd = exec.Command(s.Command[0], s.Command[1:]...)
	c.cmd.ExtraFiles = []*os.File{theirs}
	c.cmd.Stderr = c.words
	c.cmd.Env = environment()
	c.cmd.WaitDelay = time.Second
	if err := c.cmd.Start(); err != nil {
		ours.Close()
		return nil, fmt.Errorf("cannot be started: %w", err)
	}
	ours.SetWriteDeadline(time.Now().Add(time.Second))
	if err := c.conn.SendJSON(Config, config); err != nil {
		return nil, c.end(fmt.Errorf("cannot be configured: %w", err))
	}
	c.helps.Go(c.sendTold)
	c.helps.Go(c.guard)
	return c, nil
}

// environment is all that a child gets of ours: a setting of the C library, which makes it
// overwrite freed memory (R-STRANGER: OpenCV does not overwrite what it frees).
func environment() []string {
	env := []string{"GLIBC_TUNABLES=glibc.malloc.perturb=90"}
	for _, name := range []string{"LD_LIBRARY_PATH", "GOCOVERDIR", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// Tell leaves a message for the child, and does not wait. Of each kind only the last one counts.
func (c *Child) Tell(k Kind, payload []byte) {
	c.mu.Lock()
	c.told[k] = payload
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Child) sendTold() {
	for {
		select {
		case <-c.quit:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		told := c.told
		c.told = map[Kind][]byte{}
		c.mu.Unlock()
		for _, k := range slices.Sorted(maps.Keys(told)) {
			c.socket.SetWriteDeadline(time.Now().Add(time.Second))
			err := c.conn.Send(k, told[k])
			if errors.Is(err, os.ErrDeadlineExceeded) {
				c.kill(ErrDeaf)
			}
			if err != nil {
				return // the reading side finds out why
			}
		}
	}
}

// RSS is the child's resident memory in bytes; 0 when it is not known.
func (c *Child) RSS() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.cmd.Process.Pid))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// guard kills the child when it uses more memory than it may, whether or not it sends messages.
func (c *Child) guard() {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-tick.C:
		}
		if rss := c.RSS(); rss > c.spec.Memory {
			c.kill(fmt.Errorf("%w: %d MiB, at most %d", ErrMemory, rss>>20, c.spec.Memory>>20))
			return
		}
	}
}

// next waits for a message. It fails for one that comes too early, or is one too many.
func (c *Child) next() (Kind, []byte, error) {
	patience := c.spec.StartIn
	if c.ready {
		patience = c.spec.Silence
	}
	c.socket.SetReadDeadline(time.Now().Add(patience))
	k, payload, err := c.conn.Read()
	now := time.Now()
	if now.Sub(c.since) >= time.Second {
		c.since, c.heard = now, 0
	}
	c.heard++
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET):
		return k, nil, ErrExited
	case errors.Is(err, os.ErrDeadlineExceeded):
		return k, nil, fmt.Errorf("%w for %v", ErrSilent, patience)
	case err != nil:
		return k, nil, err
	case c.heard > c.spec.Pace:
		return k, nil, fmt.Errorf("%w: more than %d messages a second", ErrFlood, c.spec.Pace)
	case k == Failure:
		return k, nil, fmt.Errorf("%w: %.500q", ErrExited, payload)
	case k == Ready && c.ready:
		return k, nil, fmt.Errorf("%w: ready a second time", ErrProtocol)
	case k != Ready && !c.ready:
		return k, nil, fmt.Errorf("%w: kind %d before it was ready", ErrProtocol, k)
	}
	c.ready = true
	return k, payload, nil
}

// kill ends the child for a reason, so that next returns. The first reason counts.
func (c *Child) kill(why error) {
	c.mu.Lock()
	if c.why == nil {
		c.why = why
	}
	c.mu.Unlock()
	c.cmd.Process.Kill()
}

// end kills the child and waits for it. It completes the reason with how the child died and
// what it said last.
func (c *Child) end(reason error) error {
	c.mu.Lock()
	if c.why != nil {
		reason = c.why
	}
	c.mu.Unlock()
	if errors.Is(reason, ErrExited) { // leave it the moment it needs to die by itself
		time.AfterFunc(200*time.Millisecond, func() { c.cmd.Process.Kill() })
	} else {
		c.cmd.Process.Kill()
	}
	died := c.cmd.Wait()
	close(c.quit)
	c.socket.Close()
	c.helps.Wait()
	c.conn.Forget()
	if !errors.Is(reason, ErrExited) {
		return reason
	}
	if died != nil {
		reason = fmt.Errorf("%w: %v", reason, died)
	}
	if said := c.words.String(); said != "" {
		reason = fmt.Errorf("%w: %s", reason, said)
	}
	return reason
}
