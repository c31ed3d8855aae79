package service_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/board/service"
)

// couriered gives a bench of a site whose loop runs and whose courier's socket answers this user.
func couriered(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, func(c *config.Config) {
		dir, err := os.MkdirTemp("", "menshen") // a socket's path is short
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		c.Site.Courier = config.Courier{User: fmt.Sprint(os.Getuid()), Socket: filepath.Join(dir, "unit")}
	})
	if err := b.Vault.FoundSite("anna", "gate"); err != nil {
		t.Fatal(err)
	}
	b.Someone(7)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		service.ServeCourier(ctx, b.Config, service.Requests{
			"courier": service.CourierRequest(desk.NewCourier(b.Vault, b.Unit))}, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() { cancel(); <-ended })
	b.Eventually("the courier's socket", func() bool {
		info, err := os.Stat(b.Config.CourierSocket())
		return err == nil && info.Mode().Perm() == 0o666
	})
	return b
}

// ask connects as the courier does, and sends a request.
func (b *bench) ask(request string) (net.Conn, *bufio.Reader, error) {
	conn, err := net.Dial("unix", b.Config.CourierSocket())
	if err != nil {
		return nil, nil, err
	}
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, err = io.WriteString(conn, request)
	return conn, bufio.NewReaderSize(conn, rpc.MaxLine), err
}

// TestCourierSocket: the courier is served what is its own, and asks in vain for all else.
func TestCourierSocket(t *testing.T) {
	b := couriered(t)
	for _, request := range []string{"console 80x24", "rpc", "dossier", "hours", "groups"} {
		conn, in, err := b.ask(request + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if said, _ := in.ReadString('\n'); !strings.HasPrefix(said, "no: unknown request") {
			t.Errorf("%s: %q", request, said)
		}
		conn.Close()
	}
	conn, in, err := b.ask("courier\n" + `{"jsonrpc":"2.0","id":1,"method":"site.heads"}` + "\n")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for {
		said, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("no heads: %v", err)
		}
		if strings.Contains(said, `"heads":{"`) {
			break
		}
	}
}

// TestCourierFlood: a courier in the wrong hands sends lines without end, records that are none,
// and connects again and again. The door decides meanwhile, and the unit takes no more than it
// said.
func TestCourierFlood(t *testing.T) {
	b := couriered(t)
	unhindered := b.taps(100 * time.Millisecond)
	var flood sync.WaitGroup
	var met, answered atomic.Int64
	over := make(chan struct{})
	noise := bytes.Repeat([]byte("A"), 1<<20)
	apply := `{"jsonrpc":"2.0","id":1,"method":"site.apply","params":{"records":[{"size":20000,"at":0,"data":"` +
		strings.Repeat("A", 26_664) + "AAA=" + `"}]}}` + "\n"
	for i := range 6 {
		flood.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				conn, in, err := b.ask("courier\n")
				if err != nil {
					continue
				}
				stop := time.AfterFunc(time.Duration(1+i)*300*time.Millisecond, func() { conn.SetDeadline(time.Now()) })
				go func() {
					for {
						what := noise
						if i%2 == 0 {
							what = []byte(apply)
						}
						if _, err := conn.Write(what); err != nil {
							return
						}
					}
				}()
				for {
					said, err := in.ReadString('\n')
					if err != nil {
						break
					}
					if strings.Contains(said, `"hello"`) {
						met.Add(1)
					} else if strings.Contains(said, `"id"`) {
						answered.Add(1)
					}
				}
				stop.Stop()
				conn.Close()
			}
		})
	}
	began := time.Now()
	hindered := b.taps(3 * time.Second)
	close(over)
	took := time.Since(began)
	flood.Wait()
	t.Logf("a tap took %v, in the flood %v; %d connections and %d answers in %v", unhindered, hindered, met.Load(),
		answered.Load(), took)
	seconds := int64(time.Since(began)/time.Second) + 1
	if n := met.Load(); n > 2+2*seconds {
		t.Errorf("%d connections in %d s", n, seconds)
	}
	const burst = 100
	if n := answered.Load(); n > burst+seconds*int64(time.Second/rpc.CourierPace) {
		t.Errorf("%d answers in %d s over %d connections", n, seconds, met.Load())
	}
}

// taps lets a card come again and again, and gives how long a decision took on the average. Each is
// a grant.
func (b *bench) taps(lasting time.Duration) time.Duration {
	b.Helper()
	began := time.Now()
	for n := 1; ; n++ {
		if !b.TapAtReader(7).Grant {
			b.Fatal("the door did not open")
		}
		if took := time.Since(began); took > lasting {
			return took / time.Duration(n)
		}
	}
}

func TestUserNamed(t *testing.T) {
	for name, want := range map[string]uint32{"root": 0, "1234": 1234} {
		if id, err := service.UserNamed(name); err != nil || id != want {
			t.Errorf("%s: %d, %v", name, id, err)
		}
	}
	for _, name := range []string{"nobody-of-this-name", "-1", "99999999999"} {
		if _, err := service.UserNamed(name); err == nil || !strings.Contains(err.Error(), "[site.courier] user") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
