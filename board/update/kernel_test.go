//go:build vboard

package update

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/slots"
)

// attach makes a loop device of an image, and gives its path.
func attach(t *testing.T, image []byte, flags int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer control.Close()
	n, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
	if err != nil {
		t.Fatal(err)
	}
	device := "/dev/loop" + strconv.Itoa(n)
	loop, err := os.OpenFile(device, flags, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetInt(int(loop.Fd()), unix.LOOP_SET_FD, int(f.Fd())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.IoctlSetInt(int(loop.Fd()), unix.LOOP_CLR_FD, 0); err != nil {
			t.Errorf("it is still in use: %v", err)
		}
		loop.Close()
	})
	return device
}

// plugged is a unit from packages, with the real tools and this device as its stick.
func plugged(t *testing.T, device string) (u *unit) {
	t.Helper()
	u, _ = withOutbox(t, map[string]string{"a.txt": "some text", "名单.csv": strings.Repeat("x", 5000)})
	u.put("proc/cmdline", "quiet\n")
	root := u.Machine.Root
	for _, err := range []error{os.MkdirAll(root+"/sys/devices/usb1/stick", 0o700),
		os.MkdirAll(root+"/sys/class/block", 0o700),
		os.Symlink(root+"/sys/devices/usb1/stick", root+"/sys/class/block/stick"),
		os.MkdirAll(root+"/dev", 0o700), os.Symlink(device, root+"/dev/stick")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	u.Tools = System{Folders: u.Folders, Machine: slots.Machine{Root: root}}
	return u
}

// asked asks, and ends the test if no answer comes within half a minute.
func asked(t *testing.T, u *unit, q Request) (a Answer) {
	t.Helper()
	answered := make(chan Answer, 1)
	go func() { a, _ := u.ask(q); answered <- a }()
	select {
	case a = <-answered:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: no answer", q.Do)
	}
	if len(a.Found) > MaxListed {
		t.Errorf("%d files are listed", len(a.Found))
	}
	for _, f := range a.Found {
		if !plainName(f.Name) {
			t.Errorf("%q is listed", f.Name)
		}
	}
	return a
}

// image reads an empty file system, or with a.txt in it, that the virtual board was given.
func image(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("/images/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestKernelSticks: FAT and exFAT are written, read back and read; ext4 is read, and its journal is
// not replayed: not one byte of the stick changes.
func TestKernelSticks(t *testing.T) {
	for _, kind := range []string{"fat16", "fat32", "exfat"} {
		t.Run(kind, func(t *testing.T) {
			u := plugged(t, attach(t, image(t, kind), os.O_RDWR))
			if a := asked(t, u, Request{Do: Give}); a.Refused != "" || a.Files != 2 || len(a.Went) != 2 {
				t.Fatalf("%+v", a)
			}
			if a := asked(t, u, Request{Do: Give}); a.Refused != "" || a.Files != 2 || len(a.Went) != 0 {
				t.Errorf("again: %+v", a)
			}
			if a := asked(t, u, Request{Do: List}); a.Refused != "" || len(a.Found) != 2 || a.Left != 0 {
				t.Errorf("%+v", a)
			}
			if a := asked(t, u, Request{Do: Take, Names: []string{"名单.csv"}, Limit: 5000}); a.Refused != "" {
				t.Errorf("%+v", a)
			}
			f, err := (&Client{Folders: u.Folders}).OpenTaken()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if raw, err := io.ReadAll(f); len(raw) != 5000 || err != nil {
				t.Errorf("%d bytes, %v", len(raw), err)
			}
			put(t, u.outbox, "large", strings.Repeat("x", 70<<20))
			if a := asked(t, u, Request{Do: Give}); a.Refused != Full {
				t.Errorf("no room: %+v", a)
			}
		})
		t.Run(kind+" write-protected", func(t *testing.T) {
			u := plugged(t, attach(t, image(t, kind), os.O_RDONLY))
			if a := asked(t, u, Request{Do: Give}); a.Refused != Protected {
				t.Errorf("%+v", a)
			}
			if a := asked(t, u, Request{Do: List}); a.Refused != "" {
				t.Errorf("%+v", a)
			}
		})
	}
	t.Run("ext4", func(t *testing.T) {
		device := attach(t, image(t, "ext4"), os.O_RDWR)
		u := plugged(t, device)
		if a := asked(t, u, Request{Do: Give}); a.Refused != OnlyRead {
			t.Errorf("%+v", a)
		}
		a := asked(t, u, Request{Do: Take, Names: []string{"a.txt"}, Limit: 100})
		if a.Refused != "" || a.Taken.Size != 10 {
			t.Errorf("%+v", a)
		}
		for name, want := range map[string]slots.Refusal{"link": NotPlain, "pipe": NotPlain, "folder": NotPlain} {
			if a := asked(t, u, Request{Do: Take, Names: []string{name}, Limit: 100}); a.Refused != want {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if now, err := os.ReadFile(device); err != nil || !bytes.Equal(now, image(t, "ext4")) {
			t.Errorf("the stick was written to: %v", err)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		u := plugged(t, attach(t, make([]byte, 1<<20), os.O_RDWR))
		if a := asked(t, u, Request{Do: List}); a.Refused != Unknown {
			t.Errorf("%+v", a)
		}
	})
}

// TestKernelHostileSticks: whatever a file system holds, there is an answer, soon, and a listing
// has only names that can be shown.
func TestKernelHostileSticks(t *testing.T) {
	whole := map[string][]byte{"ext4": image(t, "ext4")}
	for _, kind := range []string{"fat16", "fat32", "exfat"} {
		t.Run("filled "+kind, func(t *testing.T) {
			device := attach(t, image(t, kind), os.O_RDWR)
			u := plugged(t, device)
			for n := range 40 {
				put(t, u.outbox, fmt.Sprintf("FILE%d.TXT", n), "x")
			}
			put(t, u.outbox, "B.TXT", "some text")
			if a := asked(t, u, Request{Do: Give}); a.Refused != "" {
				t.Fatalf("%+v", a)
			}
			whole[kind], _ = os.ReadFile(device)
		})
	}
	answers := map[slots.Refusal]int{}
	try := func(name string, image []byte) {
		t.Run(name, func(t *testing.T) {
			u := plugged(t, attach(t, image, os.O_RDWR))
			take := Request{Do: Take, Names: []string{"B.TXT"}, Limit: 1 << 20}
			other := Request{Do: Take, Names: []string{"a.txt"}, Limit: 99}
			for _, q := range []Request{{Do: List}, take, other, {Do: Give}, {Do: List}} {
				answers[asked(t, u, q).Refused]++
			}
		})
	}
	edit := func(kind string, change func(raw, entry []byte)) {
		raw := bytes.Clone(whole[kind])
		at := bytes.Index(raw, []byte("B       TXT"))
		if at < 0 {
			t.Fatalf("%s: no entry", kind)
		}
		change(raw, raw[at:])
		try(kind, raw)
	}
	for _, kind := range []string{"fat16", "fat32"} {
		for _, name := range []string{"A/B     TXT", "../     TXT", "\x1b[2J    TXT", "A\x00B     TXT", "..         ",
			"A\\B     TXT"} {
			edit(kind, func(_, entry []byte) { copy(entry, name) })
		}
		edit(kind, func(_, entry []byte) { copy(entry[28:], "\xff\xff\xff\xff") }) // 4 GiB
		edit(kind, func(_, entry []byte) { copy(entry[26:], "\xf0\xff") })         // a cluster that is not there
		edit(kind, func(_, entry []byte) { entry[11] = 0x10 })                     // a folder
	}
	edit("fat32", func(raw, _ []byte) { // the top folder follows itself
		fat := int(raw[14]) + int(raw[15])<<8
		copy(raw[fat*512+8:], "\x02\x00\x00\x00")
	})
	for _, kind := range []string{"fat16", "fat32", "exfat", "ext4"} {
		for _, part := range []int{1, 2, 8, 64} {
			try(fmt.Sprintf("%s, a part of %d", kind, part), whole[kind][:len(whole[kind])/part/512*512])
		}
		for seed := range uint64(40) {
			raw, rnd := bytes.Clone(whole[kind]), rand.New(rand.NewPCG(seed, 1))
			used := usedBytes(raw)
			for range 1 + rnd.IntN(200) {
				raw[used[rnd.IntN(len(used))]] = byte(rnd.Uint32())
			}
			try(fmt.Sprintf("%s, seed %d", kind, seed), raw)
		}
	}
	t.Logf("answers: %v", answers)
}

// usedBytes are the places of an image in blocks that are not empty.
func usedBytes(raw []byte) (all []int) {
	const block = 512
	for at := 0; at+block <= len(raw); at += block {
		if bytes.Count(raw[at:at+block], []byte{0}) < block {
			for i := range block {
				all = append(all, at+i)
			}
		}
	}
	return all
}
