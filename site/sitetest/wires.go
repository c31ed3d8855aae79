package sitetest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Wires are a site's network of its own: a namespace for the hub with a switch, one for each door.
// Nothing of it reaches the machine's own network.
type Wires struct {
	t      testing.TB
	prefix string
}

// HubAt is where the hub of such a network listens.
const HubAt = "192.168.77.1:4222"

// NewWires lays wires for so many doors, or skips the test where that cannot be.
func NewWires(t testing.TB, doors int) *Wires {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces are root's: run it as root")
	}
	for _, tool := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: apt-get install iproute2 nftables", tool)
		}
	}
	w := &Wires{t: t, prefix: fmt.Sprint("msite", os.Getpid())}
	if out, err := exec.Command("ip", "netns", "add", w.Name("hub")).CombinedOutput(); err != nil {
		t.Skipf("this machine makes no network namespaces: %s", out)
	}
	t.Cleanup(func() { w.do("ip", "netns", "del", w.Name("hub")) })
	w.in("hub", "ip", "link", "set", "lo", "up")
	w.in("hub", "ip", "link", "add", "switch", "type", "bridge")
	w.in("hub", "ip", "addr", "add", "192.168.77.1/24", "dev", "switch")
	w.in("hub", "ip", "link", "set", "switch", "up")
	for d := range doors {
		w.join(fmt.Sprint("d", d), 10+d)
	}
	w.join("thief", 9)
	return w
}

// join makes a place with a wire to the switch, and an address.
func (w *Wires) join(place string, address int) {
	w.t.Helper()
	w.do("ip", "netns", "add", w.Name(place))
	w.t.Cleanup(func() { w.do("ip", "netns", "del", w.Name(place)) })
	port := "to" + place
	w.in("hub", "ip", "link", "add", port, "type", "veth", "peer", "name", "lan", "netns", w.Name(place))
	w.in("hub", "ip", "link", "set", port, "master", "switch", "up")
	w.in(place, "ip", "addr", "add", fmt.Sprintf("192.168.77.%d/24", address), "dev", "lan")
	w.in(place, "ip", "link", "set", "lan", "up")
}

// Name is the namespace of a place: "hub", "d0", "thief".
func (w *Wires) Name(place string) string { return w.prefix + place }

func (w *Wires) do(words ...string) {
	w.t.Helper()
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		w.t.Fatalf("%v: %v: %s", words, err, out)
	}
}

func (w *Wires) in(place string, words ...string) {
	w.t.Helper()
	w.do(append([]string{"ip", "netns", "exec", w.Name(place)}, words...)...)
}

// Bad makes a door's wire lose so many of 100 packets from the door, and to it.
func (w *Wires) Bad(door, from, to int) {
	w.t.Helper()
	rules := "flush ruleset\ntable inet wire {\n"
	for _, way := range []struct {
		hook string
		loss int
	}{{"output", from}, {"input", to}} {
		drop := fmt.Sprintf("numgen random mod 100 < %d drop", way.loss)
		if way.loss == 100 {
			drop = "drop"
		}
		rules += fmt.Sprintf("chain %s { type filter hook %[1]s priority 0; %s; }\n", way.hook, drop)
	}
	c := exec.Command("ip", "netns", "exec", w.Name(fmt.Sprint("d", door)), "nft", "-f", "-")
	c.Stdin = strings.NewReader(rules + "}\n")
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("nft: %v: %s", err, out)
	}
}

// Good mends a door's wire.
func (w *Wires) Good(door int) {
	w.t.Helper()
	w.in(fmt.Sprint("d", door), "nft", "flush", "ruleset")
}

// Memory reads the writable memory of a process of ours.
func Memory(pid int) (map[string][]byte, error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	parts := map[string][]byte{}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		part := make([]byte, min(to-from, 256<<20))
		n, _ := mem.ReadAt(part, from) // what was never used cannot be read
		parts[strings.Fields(line)[0]] = part[:n]
	}
	return parts, nil
}
