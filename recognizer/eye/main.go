package eye

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"unsafe"

	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/recognizer"
	"menshen/recognizer/models"

	"golang.org/x/sys/unix"
)

// Main is the child's whole life. fd is its end of the socketpair. It returns nil when the parent
// has closed the other end.
func Main(fd uintptr) error { return child.Main(fd, &protocol, look) }

// look confines itself, loads the models and looks until the parent hangs up.
func look(c *child.Conn, cfg Config) error {
	cfg = cfg.withDefaults()
	// One goroutine has work here, and it is in the networks nearly all the time. With more
	// processors Go's scheduler watches each of its calls (docs/figures.md).
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // the engines keep memory a thread: one thread, one memory to overwrite
	defer runtime.UnlockOSThread()
	nameThread("looking") // top -H, and the measure of what looking costs, tell it from the camera's threads by this
	confined, err := confine.Process(keeps(cfg))
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

	if err := c.SendJSON(kindReady, said); err != nil {
		return err
	}
	w := &watch{conn: c, cfg: cfg, chain: chain, codes: codes{prefix: cfg.Codes}, orders: orders}
	if cfg.Infrared.Camera != "" && chain != nil {
		if w.lamp, err = newLamp(cfg.Infrared, chain.Spots, lineTo(c), lit); err != nil {
			return err
		}
	}
	err = w.run(ctx)
	if cause := context.Cause(ctx); cause != nil {
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

// listen takes the parent's messages.
func listen(c *child.Conn, orders chan order, lit chan [2]byte) error {
	return c.Listen(func(k child.Kind, payload []byte) error {
		switch {
		case k == kindLit && len(payload) == limits[kindLit]:
			put(lit, [2]byte(payload), func(*[2]byte) {})
		case k == kindMode && len(payload) == limits[kindMode] && int(payload[0]) < len(modeNames) && payload[1] <= 1:
			o := order{Mode(payload[0]), payload[1] == 1, binary.LittleEndian.Uint64(payload[2:])}
			put(orders, o, func(*order) {})
		default:
			return fmt.Errorf("%w: kind %d is not for the child", ErrProtocol, k)
		}
		return nil
	})
}

// nameThread names this thread and those that it starts, the engine's; at most 15 letters.
func nameThread(name string) {
	text, err := unix.BytePtrFromString(name)
	if err == nil {
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(text)), 0, 0, 0) // nothing depends on it
	}
}
