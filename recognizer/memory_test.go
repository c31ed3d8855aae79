package recognizer

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"gocv.io/x/gocv"
)

// anonymous is the process's resident memory without that of files, in KiB (proc(5), RssAnon),
// after Go has given back what it does not use.
func anonymous(t testing.TB) (kib int) {
	t.Helper()
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal("RssAnon: ", err)
	}
	return kib
}

// TestInside: what inside relies on in gocv.
func TestInside(t *testing.T) {
	wrapper := reflect.TypeFor[gocv.Net]()
	if wrapper.NumField() != 1 || wrapper.Field(0).Type.String() != "unsafe.Pointer" {
		t.Fatalf("gocv.Net is %v now: see inside", wrapper)
	}
}

// TestSeveralOutputs: a network that is asked for several outputs, as the detector is, gives what
// it gives for one, and loses no memory. It asks the eye model, which is the quickest, twice for
// its only output. gocv's ForwardLayers loses 1.3 MB here.
func TestSeveralOutputs(t *testing.T) {
	runtime.LockOSThread() // malloc keeps memory a thread
	defer runtime.UnlockOSThread()
	set := loadSet(t)
	whole, err := newNetwork(openCV(0), set, set.Eye)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.close()
	model := set.Eye
	model.Outputs = []string{"output", "output"}
	both, err := newNetwork(openCV(0), set, model)
	if err != nil {
		t.Fatal(err)
	}
	defer both.close()
	run := func(n *network) {
		for i := range n.input {
			n.input[i] = float32(i%7) / 7
		}
		if err := n.run(); err != nil {
			t.Fatal(err)
		}
	}
	run(whole)
	run(both)
	want := whole.outputs[0]
	if len(want) == 0 || !slices.Equal(want, both.outputs[0]) || !slices.Equal(want, both.outputs[1]) {
		t.Fatalf("one output %v, several %v", whole.outputs, both.outputs)
	}
	var before, now int // KiB
	for i := range 20_001 {
		if i%1000 == 0 {
			if now = anonymous(t); i == 5000 { // by then the allocators have what they need
				before = now
			}
		}
		run(both)
	}
	if now-before > 300 {
		t.Errorf("from %d to %d KiB in 15,000 looks", before, now)
	}
}

// TestNetworkRefuses: what OpenCV throws comes back as an error that names the model.
func TestNetworkRefuses(t *testing.T) {
	set := loadSet(t)
	model := set.Eye
	model.Outputs = []string{"no such layer"}
	if n, err := newNetwork(openCV(0), set, model); err == nil {
		n.close()
		t.Error("a layer that is not there was found")
	} else if !strings.Contains(err.Error(), model.File) {
		t.Error(err)
	}
}
