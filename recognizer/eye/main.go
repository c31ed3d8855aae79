package eye

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"menshen/recognizer"
	"menshen/recognizer/models"

	"golang.org/x/sys/unix"
)

// Main is the child's whole life. fd is its end of the socketpair. It returns nil when the parent
// has closed the other end.
func Main(fd uintptr) error {
	if err := unix.SetNonblock(int(fd), true); err != nil {
		return fmt.Errorf("eye: file descriptor %d is not a socket: is \"menshen eye\" run by hand?", fd)
	}
	unix.CloseOnExec(int(fd))
	socket := os.NewFile(fd, "eye")
	defer socket.Close()
	c := &conn{rw: socket}
	socket.SetReadDeadline(time.Now().Add(10 * time.Second))
	cfg, err := readConfig(c)
	if err != nil {
		return err
	}
	socket.SetReadDeadline(time.Time{})
	if err := look(c, cfg); err != nil {
		c.write(kindFailure, func(b []byte) ([]byte, error) {
			text := err.Error()
			return append(b, text[:min(len(text), 1000)]...), nil
		})
		return err
	}
	return nil
}

func readConfig(c *conn) (Config, error) {
	k, payload, err := c.read()
	if err != nil {
		return Config{}, fmt.Errorf("eye: read configuration: %w", err)
	}
	var cfg Config
	if k != kindConfig {
		return Config{}, fmt.Errorf("%w: kind %d instead of the configuration", ErrProtocol, k)
	}
	if err := json.Unmarshal(payload, &cfg); err != nil {
		return Config{}, fmt.Errorf("eye: configuration: %w", err)
	}
	return cfg.withDefaults(), nil
}

// look confines itself, loads the models and looks until the parent hangs up.
func look(c *conn, cfg Config) error {
	// One goroutine has work here, and it is in the networks nearly all the time. With more
	// processors Go's scheduler watches each of its calls (docs/figures.md).
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // the engines keep memory a thread: one thread, one memory to overwrite
	defer runtime.UnlockOSThread()
	nameThread("looking") // top -H, and the measure of what looking costs, tell it from the camera's threads by this
	confined, err := confine(cfg)
	if err != nil {
		return fmt.Errorf("confine the eye: %w", err)
	}
	chain, name, err := loadChain(cfg)
	if err != nil {
		return err
	}
	said := ready{Models: name, Confined: confined}
	if chain != nil {
		defer chain.Close()
		said.Engine = chain.Engine()
	}

	ctx, cancel := context.WithCancelCause(context.Background())
	orders, lit := make(chan order, 1), make(chan [2]byte, 1)
	go func() { cancel(listen(c, orders, lit)) }()

	text, err := json.Marshal(said)
	if err != nil {
		return err
	}
	if err := c.write(kindReady, func(b []byte) ([]byte, error) { return append(b, text...), nil }); err != nil {
		return err
	}
	w := &watch{conn: c, cfg: cfg, chain: chain, codes: codes{prefix: cfg.Codes}, orders: orders}
	if cfg.Infrared.Camera != "" && chain != nil {
		if w.lamp, err = newLamp(cfg.Infrared, chain.Spots, lineTo(c), lit); err != nil {
			return err
		}
	}
	err = w.run(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errHungUp) {
		return cause
	}
	return err
}

// loadChain builds the networks, and gives the name of their set. An eye for codes alone loads
// none, and so cannot look at a face (R-PURPOSE).
func loadChain(cfg Config) (*recognizer.Chain, string, error) {
	if cfg.Models == "" {
		return nil, "none", nil
	}
	manifest, err := models.Read(cfg.Manifest)
	if err != nil {
		return nil, "", err
	}
	set, err := manifest.Load(cfg.Models)
	if err != nil {
		return nil, "", err
	}
	defer set.Release()
	chain, err := recognizer.New(set, cfg.Options)
	return chain, manifest.Name, err
}

// errHungUp: the parent closed the socket, which is the normal end of a child.
var errHungUp = errors.New("parent hung up")

// listen takes the parent's messages. When the parent is gone it ends the process, even if a frame
// hangs in OpenCV.
func listen(c *conn, orders chan order, lit chan [2]byte) error {
	defer time.AfterFunc(2*time.Second, func() { os.Exit(1) })
	for {
		k, payload, err := c.read()
		switch {
		case errors.Is(err, ErrProtocol):
			return err
		case err != nil:
			return errHungUp
		case k == kindLit && len(payload) == limits[kindLit]:
			put(lit, [2]byte(payload), func(*[2]byte) {})
			continue
		case k != kindMode || len(payload) != limits[kindMode] || int(payload[0]) >= len(modeNames) || payload[1] > 1:
			return fmt.Errorf("%w: kind %d is not for the child", ErrProtocol, k)
		}
		put(orders, order{Mode(payload[0]), payload[1] == 1, binary.LittleEndian.Uint64(payload[2:])}, func(*order) {})
	}
}

// nameThread names this thread and those that it starts, the engine's; at most 15 letters.
func nameThread(name string) {
	text, err := unix.BytePtrFromString(name)
	if err == nil {
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(text)), 0, 0, 0) // nothing depends on it
	}
}
