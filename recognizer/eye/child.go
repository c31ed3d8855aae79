package eye

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// child is a running child as its parent sees it.
type child struct {
	conn
	socket *os.File
	cmd    *exec.Cmd
	stderr *tail
	orders chan order
	lit    chan [2]byte // what the child is told of the emitter
	quit   chan struct{}
	helps  sync.WaitGroup
	memory int64        // bytes it may have
	grown  atomic.Int64 // bytes it had when it was killed for having more

	// What serve knows of its messages.
	ready bool
	seq   uint64
	pace  pace
}

// spawn starts the command with one end of a socketpair as file descriptor 3 and sends it
// the configuration.
func spawn(cfg Config) (*child, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socketpair for the eye: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "eye child")
	defer theirs.Close()
	if err := unix.SetNonblock(pair[0], true); err != nil { // so that deadlines work
		unix.Close(pair[0])
		return nil, fmt.Errorf("socketpair for the eye: %w", err)
	}
	ours := os.NewFile(uintptr(pair[0]), "eye parent")
	c := &child{
		conn: conn{rw: ours}, socket: ours, stderr: &tail{}, memory: cfg.Memory,
		orders: make(chan order, 1), lit: make(chan [2]byte, 1), quit: make(chan struct{}),
	}
	c.cmd = exec.Command(cfg.Command[0], cfg.Command[1:]...)
	c.cmd.ExtraFiles = []*os.File{theirs}
	c.cmd.Stderr = c.stderr
	c.cmd.Env = environment()
	c.cmd.WaitDelay = time.Second
	if err := c.cmd.Start(); err != nil {
		ours.Close()
		return nil, fmt.Errorf("start the eye: %w", err)
	}
	text, err := json.Marshal(cfg)
	if err == nil {
		ours.SetWriteDeadline(time.Now().Add(time.Second))
		err = c.write(kindConfig, func(b []byte) ([]byte, error) { return append(b, text...), nil })
	}
	if err != nil {
		return nil, c.end(fmt.Errorf("configure the eye: %w", err))
	}
	c.helps.Go(c.sendOrders)
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

func (c *child) pid() int { return c.cmd.Process.Pid }

// answerLight leaves for sendOrders what came of switching the emitter.
func (c *child) answerLight(on byte, err error) {
	said := [2]byte{on, 1}
	if err != nil {
		said[1] = 0
	}
	put(c.lit, said, func(*[2]byte) {})
}

// tell leaves the order for sendOrders; only the last one counts.
func (c *child) tell(o order) { put(c.orders, o, func(*order) {}) }

func (c *child) sendOrders() {
	for {
		select {
		case <-c.quit:
			return
		case lit := <-c.lit:
			c.socket.SetWriteDeadline(time.Now().Add(time.Second))
			if c.write(kindLit, func(b []byte) ([]byte, error) { return append(b, lit[:]...), nil }) != nil {
				return
			}
		case o := <-c.orders:
			codes := byte(0)
			if o.codes {
				codes = 1
			}
			c.socket.SetWriteDeadline(time.Now().Add(time.Second))
			if err := c.write(kindMode, func(b []byte) ([]byte, error) {
				return binary.LittleEndian.AppendUint64(append(b, byte(o.mode), codes), o.number), nil
			}); err != nil {
				return // the reading side finds out why
			}
		}
	}
}

// next waits for a message.
func (c *child) next(patience time.Duration) (kind, []byte, error) {
	c.socket.SetReadDeadline(time.Now().Add(patience))
	k, payload, err := c.read()
	if errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET) {
		err = ErrExited
	}
	return k, payload, err
}

// hangUp kills the child, so that next returns.
func (c *child) hangUp() { c.cmd.Process.Kill() }

// guard kills the child when it uses more memory than it may, whether or not it sends messages.
func (c *child) guard() {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-tick.C:
		}
		if rss := c.rss(); rss > c.memory {
			c.grown.Store(rss)
			c.hangUp()
			return
		}
	}
}

// end kills the child and waits for it. It completes the reason with how the child died and
// what it said last.
func (c *child) end(reason error) error {
	if rss := c.grown.Load(); rss > 0 {
		reason = fmt.Errorf("%w: %d MiB, at most %d", ErrMemory, rss>>20, c.memory>>20)
	}
	if errors.Is(reason, ErrExited) { // leave it the moment it needs to die by itself
		time.AfterFunc(200*time.Millisecond, func() { c.cmd.Process.Kill() })
	} else {
		c.cmd.Process.Kill()
	}
	died := c.cmd.Wait()
	close(c.quit)
	c.socket.Close()
	c.helps.Wait()
	c.forget()
	if !errors.Is(reason, ErrExited) {
		return reason
	}
	if died != nil {
		reason = fmt.Errorf("%w: %v", reason, died)
	}
	if words := c.stderr.String(); words != "" {
		reason = fmt.Errorf("%w: %s", reason, words)
	}
	return reason
}

// rss is the child's resident memory in bytes; 0 when it is not known.
func (c *child) rss() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.pid()))
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

// tail keeps the last line or two that a child wrote to its standard error. After mostWords it
// reads no more, which ends the child.
type tail struct {
	mu   sync.Mutex
	text []byte // the end of all
	all  int
}

const (
	mostWords = 1 << 20 // bytes
	keptWords = 4 << 10
	lastWords = 400
)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all += len(p); t.all > mostWords {
		return 0, ErrFlood
	}
	t.text = append(t.text, p...)
	if over := len(t.text) - keptWords; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

// schemas is in each of the 570 lines (114 KiB) that Debian's ONNX Runtime 1.21 says when it is
// opened, and that mean nothing.
const schemas = "Schema error: Trying to register"

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := string(t.text)
	if _, whole, ok := strings.Cut(text, "\n"); ok && t.all > len(text) {
		text = whole // its first line was cut
	}
	var words []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, schemas) {
			words = append(words, strings.Fields(line)...)
		}
	}
	said := strings.Join(words, " ")
	return said[max(0, len(said)-lastWords):]
}
