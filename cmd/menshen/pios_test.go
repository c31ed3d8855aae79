package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// raspios makes small look-alikes of an image of Raspberry Pi OS, and has scripts/image/pios.sh
// take from them what a card needs.
type raspios struct {
	t               *testing.T
	dir, boot, root string
}

const piosKernel = "6.12.47+rpt-rpi-v8"

func newRaspios(t *testing.T) *raspios {
	t.Helper()
	dir := t.TempDir()
	r := &raspios{t: t, dir: dir, boot: filepath.Join(dir, "boot"), root: filepath.Join(dir, "root")}
	for _, name := range strings.Fields("bootcode.bin start.elf fixup.dat start4.elf fixup4.dat start4x.elf " +
		"config.txt initramfs8 kernel_2712.img bcm2710-rpi-3-b.dtb bcm2711-rpi-4-b.dtb bcm2712-rpi-5-b.dtb " +
		"overlays/overlay_map.dtb overlays/disable-bt.dtbo overlays/disable-wifi.dtbo") {
		r.write(filepath.Join(r.boot, name), []byte("look-alike"))
	}
	var kernel bytes.Buffer
	packed := gzip.NewWriter(&kernel)
	fmt.Fprintf(packed, "\x00Linux version %s (built)\n", piosKernel)
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(r.boot, "kernel8.img"), kernel.Bytes())
	r.system("debian", "trixie")
	r.write(filepath.Join(r.root, "usr/lib/aarch64-linux-gnu/libc.so.6"), nil)
	// All that a card cannot do without is built into this kernel.
	list, err := os.ReadFile("../../scripts/image/modules.pios")
	if err != nil {
		t.Fatal(err)
	}
	var builtin []byte
	for line := range strings.Lines(string(list)) {
		if name := strings.TrimSpace(line); !strings.ContainsAny(name, "#?") {
			builtin = fmt.Appendf(builtin, "kernel/%s.ko\n", name)
		}
	}
	r.write(r.modules("modules.builtin"), builtin)
	r.write(r.modules("modules.order"), nil)
	r.write(r.modules("kernel/empty"), nil)
	return r
}

func (r *raspios) modules(name string) string {
	return filepath.Join(r.root, "usr/lib/modules", piosKernel, name)
}

func (r *raspios) system(id, codename string) {
	r.write(filepath.Join(r.root, "usr/lib/os-release"), fmt.Appendf(nil, "ID=%s\nVERSION_CODENAME=%s\n", id, codename))
}

func (r *raspios) write(path string, what []byte) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, what, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// image packs the folders; name ends in .img or .img.xz.
func (r *raspios) image(name string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	out, err := exec.Command("../../scripts/image/like-pios.sh", path, r.boot, r.root).CombinedOutput()
	if err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// take runs the script. An empty sum is that of the file.
func (r *raspios) take(path, sum string) (said string, err error) {
	r.t.Helper()
	if sum == "" {
		what, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		sum = fmt.Sprintf("%X", sha256.Sum256(what)) // capitals are as good
	}
	cmd := exec.Command("../../scripts/image/pios.sh", path, sum)
	cmd.Env = append(os.Environ(), "MENSHEN_CACHE="+filepath.Join(r.dir, "cache"),
		"PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestRaspberryPiOS: what a card needs is taken from an image of Raspberry Pi OS, once; an image
// that is not the right one is refused with the reason, and leaves what was taken before.
func TestRaspberryPiOS(t *testing.T) {
	r := newRaspios(t)
	good := r.image("2026-11-20-raspios-trixie-arm64-lite.img.xz")
	said, err := r.take(good, "")
	if err != nil || !strings.Contains(said, "unpacking") || !strings.Contains(said, "does without: virtio_blk") {
		t.Fatalf("%v\n%s", err, said)
	}
	taken := filepath.Join(r.dir, "cache/pios")
	os1, _ := os.ReadFile(filepath.Join(taken, "os"))
	if !strings.HasPrefix(string(os1), "2026-11-20-raspios-trixie-arm64-lite.img ") ||
		!strings.HasSuffix(string(os1), " kernel "+piosKernel+"\n") {
		t.Errorf("it is called %q", os1)
	}
	got, _ := filepath.Glob(filepath.Join(taken, "boot/*"))
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if want := "bcm2710-rpi-3-b.dtb bcm2711-rpi-4-b.dtb bcm2712-rpi-5-b.dtb bootcode.bin fixup.dat fixup4.dat " +
		"kernel8.img overlays start.elf start4.elf"; strings.Join(got, " ") != want {
		t.Errorf("boot has %v", got)
	}
	if again, err := r.take(good, ""); err != nil || strings.Contains(again, "unpacking") {
		t.Errorf("a second time: %v\n%s", err, again)
	}

	whole, _ := os.ReadFile(good)
	half, zip := filepath.Join(r.dir, "half.img.xz"), filepath.Join(r.dir, "raspios.zip")
	text := filepath.Join(r.dir, "page.html")
	r.write(half, whole[:len(whole)/2])
	r.write(zip, []byte("PK\x03\x04........"))
	r.write(text, []byte("<html>404 not found</html>"))
	// again makes another image, of which one thing is different, and undoes that.
	again := func(change, undo func()) string {
		change()
		defer undo()
		return r.image("other.img")
	}
	aside := func(path string) string {
		return again(func() {
			if err := os.Rename(path, path+"~"); err != nil {
				t.Fatal(err)
			}
		}, func() { _ = os.Rename(path+"~", path) })
	}
	zeros := strings.Repeat("0", 64)
	in := func(names ...string) func() string {
		return func() string { return aside(filepath.Join(names...)) }
	}
	for _, x := range []struct {
		name string
		make func() string
		sum  string
		want string
	}{
		{"no file", func() string { return filepath.Join(r.dir, "none.img") }, zeros, "there is no image"},
		{"no checksum", func() string { return good }, "12ab", "is no checksum of 64 hex digits"},
		{"another checksum", func() string { return good }, zeros, "not what its SHA-256 says"},
		{"cut off", func() string { return half }, "", "is cut off, or damaged"},
		{"a zip", func() string { return zip }, "", "is a zip"},
		{"a page", func() string { return text }, "", "is no image of Raspberry Pi OS"},
		{"32 bits", in(r.root, "usr/lib/aarch64-linux-gnu"), "", "is the 32-bit one"},
		{"bookworm", func() string {
			return again(func() { r.system("debian", "bookworm") }, func() { r.system("debian", "trixie") })
		}, "", "is of bookworm; the image is made of Debian 13 (trixie)"},
		{"no root", in(r.root, "usr/lib/os-release"), "", "no system that can be"},
		{"no Pi 5", in(r.boot, "bcm2712-rpi-5-b.dtb"), "", "no bcm2712-rpi-5-b.dtb"},
		{"no kernel", in(r.boot, "kernel8.img"), "", "has no kernel8.img"},
		{"other modules", in(r.modules("")), "", "has no modules of its kernel " + piosKernel},
		{"a kernel without squashfs", func() string {
			list, _ := os.ReadFile(r.modules("modules.builtin"))
			return again(func() {
				r.write(r.modules("modules.builtin"), bytes.Replace(list, []byte("kernel/squashfs.ko\n"), nil, 1))
			}, func() { r.write(r.modules("modules.builtin"), list) })
		}, "", "no module squashfs in " + piosKernel},
		{"a full disk", func() string {
			// The last: from here on there is no room.
			r.write(filepath.Join(r.dir, "bin/df"), []byte("#!/bin/sh\nprintf 'Avail\\n1000000\\n'\n"))
			_ = os.Chmod(filepath.Join(r.dir, "bin/df"), 0o755)
			r.system("debian", "trixie-later")
			return r.image("large.img.xz")
		}, "", "there is no room to unpack it"},
	} {
		said, err := r.take(x.make(), x.sum)
		if lines := strings.Split(strings.TrimSpace(said), "\n"); err == nil || !strings.Contains(said, x.want) ||
			strings.TrimSpace(lines[len(lines)-1]) == "" {
			t.Errorf("%s: %v\n%s", x.name, err, said)
		}
		if _, err := os.Stat(taken + ".new"); err == nil {
			t.Errorf("%s leaves something half done", x.name)
		}
		if now, err := os.ReadFile(filepath.Join(taken, "os")); err != nil || !bytes.Equal(now, os1) {
			t.Errorf("%s changes what was taken before: %q, %v", x.name, now, err)
		}
	}
}
