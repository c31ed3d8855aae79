package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// flashing is a desk with an image, a file that stands for a card, and programs that tell of it
// what a test wants.
type flashing struct {
	t           *testing.T
	dir         string
	image, card string // paths
	bytes       []byte // of the image
}

const (
	cardMiB   = 11
	partBegin = 4 << 20
	partSize  = 4 << 20
)

// newFlashing makes an image with a FAT file system in its first partition, and its checksum.
func newFlashing(t *testing.T) *flashing {
	t.Helper()
	f := &flashing{t: t, dir: t.TempDir()}
	f.image, f.card = filepath.Join(f.dir, "menshen.img"), filepath.Join(f.dir, "sdx")
	f.bytes = make([]byte, cardMiB<<20)
	random := rand.New(rand.NewPCG(1, 2))
	for i := partBegin + partSize; i < len(f.bytes); i++ {
		f.bytes[i] = byte(random.Uint32())
	}
	entry := f.bytes[446:462]
	entry[4] = 0x0e
	binary.LittleEndian.PutUint32(entry[8:], partBegin/512)
	binary.LittleEndian.PutUint32(entry[12:], partSize/512)
	f.bytes[510], f.bytes[511] = 0x55, 0xaa
	f.write(f.image, f.bytes, 0o644)
	f.run("mformat", "-i", fmt.Sprintf("%s@@%d", f.image, partBegin), "-T", fmt.Sprint(partSize/512), "-v", "MENSHEN",
		"::")
	var err error
	if f.bytes, err = os.ReadFile(f.image); err != nil {
		t.Fatal(err)
	}
	f.write(f.image+".sha256", fmt.Appendf(nil, "%x  menshen.img\n", sha256.Sum256(f.bytes)), 0o644)
	f.write(f.card, bytes.Repeat([]byte{0xdb}, len(f.bytes)+1<<20), 0o644)
	f.lsblk(f.disk(""))
	return f
}

func (f *flashing) write(path string, what []byte, mode os.FileMode) {
	f.t.Helper()
	if err := os.WriteFile(path, what, mode); err != nil {
		f.t.Fatal(err)
	}
}

func (f *flashing) run(name string, args ...string) string {
	f.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		f.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// disk is what lsblk says of a card in a reader; changes are pairs of old and new text.
func (f *flashing) disk(below string, changes ...string) string {
	line := fmt.Sprintf(`NAME="%s" TYPE="disk" SIZE="%d" MODEL="Reader" TRAN="usb" RM="1" HOTPLUG="1" RO="0" `+
		`FSTYPE="" LABEL="" MOUNTPOINTS=""`, f.card, len(f.bytes)+1<<20)
	return strings.NewReplacer(changes...).Replace(line) + "\n" + below
}

// lsblk puts a program of that name before the machine's own. It knows of one disk.
func (f *flashing) lsblk(says string) {
	f.t.Helper()
	f.write(filepath.Join(f.dir, "says"), []byte(says), 0o644)
	f.tool("lsblk", `case "$*" in *--inverse*) exit ;; esac; cat "`+filepath.Join(f.dir, "says")+`"`)
}

func (f *flashing) tool(name, text string) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Join(f.dir, "bin"), 0o755); err != nil {
		f.t.Fatal(err)
	}
	f.write(filepath.Join(f.dir, "bin", name), []byte("#!/bin/sh\n"+text+"\n"), 0o755)
}

// settings are flags that leave no question about the door.
var settings = []string{"--name", "4 号楼 \"大门\"", "--location", "office", "--handler", "a", "--contact", "b",
	"--zone", "UTC", "--board", "rpi4", "--lang", "en"}

// flash runs the script at a terminal. answers are pairs: what the screen shows, and what is typed
// then. It gives the screen and whether the script succeeded.
func (f *flashing) flash(args []string, answers ...string) (screen string, done bool) {
	f.t.Helper()
	cmd := exec.Command("../../scripts/flash.sh", args...)
	cmd.Env = []string{"PATH=" + filepath.Join(f.dir, "bin") + ":" + os.Getenv("PATH"), "TMPDIR=" + f.dir,
		"HOME=" + f.dir, "LANG=C.UTF-8"}
	heeded := make(chan os.Signal, 1) // a shell that starts tests in the background has them ignore Ctrl-C
	signal.Notify(heeded, os.Interrupt)
	defer signal.Stop(heeded)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		f.t.Fatal(err)
	}
	defer tty.Close()
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	buf := make([]byte, 4096)
	for unread := ""; ; {
		n, err := tty.Read(buf)
		screen += string(buf[:n])
		unread += string(buf[:n])
		if err != nil {
			return screen, cmd.Wait() == nil
		}
		if len(answers) > 1 && strings.Contains(unread, answers[0]) {
			unread = ""
			if _, err := tty.WriteString(answers[1]); err != nil {
				f.t.Fatal(err)
			}
			answers = answers[2:]
		}
	}
}

// TestFlash: an image is written, compared and given its settings, packed or not, with each
// question asked; and the door understands what was typed.
func TestFlash(t *testing.T) {
	f := newFlashing(t)
	packed := f.image + ".zst"
	f.run("zstd", "-q", f.image, "-o", packed)
	sum := strings.Fields(f.run("sha256sum", packed))[0]
	for name, args := range map[string][]string{
		"plain": {f.image, f.card}, "packed": {packed, f.card, "--sha256", sum},
	} {
		f.write(filepath.Join(f.dir, "releases.log"), []byte(name), 0o644)
		screen, done := f.flash(args, "Where is the door", "4 号楼 \"大门\"\r", "It leads to", "office\r",
			"responsible", "a\r", "reach them", "b\r", "Board", "rpi4\r", "Time zone", "UTC\r", "Language", "zh\r",
			"Type sdx to go on", "sdx\r")
		if !done || !strings.Contains(screen, "written and compared") || !strings.Contains(screen, "100 %") {
			t.Fatalf("%s:\n%s", name, screen)
		}
		got, err := os.ReadFile(f.card)
		if err != nil {
			t.Fatal(err)
		}
		after := partBegin + partSize
		if !bytes.Equal(got[:partBegin], f.bytes[:partBegin]) ||
			!bytes.Equal(got[after:len(f.bytes)], f.bytes[after:]) || got[len(got)-1] != 0xdb {
			t.Errorf("%s: the card is not like the image", name)
		}
		first := fmt.Sprintf("%s@@%d", f.card, partBegin)
		if log := f.run("mtype", "-i", first, "::releases.log"); log != name {
			t.Errorf("%s: the log of releases on the card is %q", name, log)
		}
		text := f.run("mtype", "-i", first, "::door.txt")
		door := filepath.Join(f.dir, "door.txt")
		f.write(door, []byte(text), 0o644)
		verb := root()
		var out bytes.Buffer
		verb.SetOut(&out)
		verb.SetArgs([]string{"config", "from-card", door})
		if err := verb.Execute(); err != nil || !strings.Contains(out.String(), `name = '4 号楼 "大门"'`) ||
			!strings.Contains(out.String(), "language = 'zh'") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// TestFlashRefuses: no disk is written that may be the computer's own, or in use, and nothing that
// may not be an image; each refusal says why.
func TestFlashRefuses(t *testing.T) {
	f := newFlashing(t)
	part := func(changes ...string) string {
		return f.disk("", append(changes, f.card, f.card+"1", `TYPE="disk"`, `TYPE="part"`)...)
	}
	other := filepath.Join(f.dir, "other.img")
	f.write(other, make([]byte, 5<<20), 0o644)
	zeros := strings.Fields(f.run("sha256sum", other))[0]
	for name, x := range map[string]struct {
		lsblk string
		args  []string
		want  string
	}{
		"mounted":            {f.disk(part(`MOUNTPOINTS=""`, `MOUNTPOINTS="/home"`)), nil, "is in use at /home"},
		"swap":               {f.disk("", `MOUNTPOINTS=""`, `MOUNTPOINTS="[SWAP]"`), nil, "is in use at [SWAP]"},
		"sleeping swap":      {f.disk(part(`FSTYPE=""`, `FSTYPE="swap"`)), nil, "belongs to swap"},
		"LVM":                {f.disk(part(`FSTYPE=""`, `FSTYPE="LVM2_member"`)), nil, "belongs to LVM2_member"},
		"open LVM":           {f.disk(part() + f.disk("", `TYPE="disk"`, `TYPE="lvm"`)), nil, "is in use (LVM, RAID"},
		"RAID":               {f.disk("", `FSTYPE=""`, `FSTYPE="linux_raid_member"`), nil, "belongs to linux_raid"},
		"a partition":        {part(f.card+"1", f.card), nil, "is one partition"},
		"write protected":    {f.disk("", `RO="0"`, `RO="1"`), nil, "cannot be written"},
		"too small":          {f.disk("", fmt.Sprint(len(f.bytes)+1<<20), "1000000"), nil, "is too small"},
		"a fixed disk":       {f.disk("", `RM="1" HOTPLUG="1"`, `RM="0" HOTPLUG="0"`), nil, "not look like a card"},
		"a large disk":       {f.disk("", fmt.Sprint(len(f.bytes)+1<<20), "2000000000000"), nil, "not look like"},
		"no such device":     {"", []string{f.image, "/dev/menshen-none"}, "there is no /dev/"},
		"the image itself":   {"", []string{f.image, f.image}, "that is the image itself"},
		"another checksum":   {f.disk(""), []string{f.image, f.card, "--sha256", "00"}, "not what its checksum says"},
		"no checksum":        {f.disk(""), []string{other, f.card}, "nothing says what the checksum of"},
		"no image":           {f.disk(""), []string{other, f.card, "--sha256", zeros}, "not an image of a"},
		"unknown option":     {f.disk(""), []string{f.image, "--force"}, "unknown option --force"},
		"control characters": {f.disk(""), []string{f.image, f.card, "--name", "a\nb"}, "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			f.lsblk(x.lsblk)
			if x.lsblk == "" {
				f.tool("lsblk", "exit 1")
			}
			if x.args == nil {
				x.args = []string{f.image, f.card}
			}
			screen, done := f.flash(append(append([]string{"--yes"}, settings...), x.args...))
			if done || !strings.Contains(screen, x.want) {
				t.Errorf("expected %q:\n%s", x.want, screen)
			}
		})
	}
	f.lsblk(f.disk("", `RM="1" HOTPLUG="1"`, `RM="0" HOTPLUG="0"`))
	for want, typed := range map[string][]string{
		"that is not its size": {"Type its size", "9\r"},
		"nothing was written":  {"Type its size", "0.0\r", "Type sdx to go on", "yes\r"},
	} {
		screen, done := f.flash(append([]string{f.image, f.card, "--not-a-card"}, settings...), typed...)
		if done || !strings.Contains(screen, want) {
			t.Errorf("expected %q:\n%s", want, screen)
		}
	}
	if left, err := os.ReadFile(f.card); err != nil || bytes.Count(left, []byte{0xdb}) != len(left) {
		t.Errorf("a card that was refused was written to, %v", err)
	}
}

// TestFlashIsNeverHalf: a card that was not finished, or does not give back what was written, has
// no partition table, so that no board starts it; the next try begins again.
func TestFlashIsNeverHalf(t *testing.T) {
	f := newFlashing(t)
	all := append([]string{f.image, f.card}, settings...)
	dd, err := exec.LookPath("dd")
	if err != nil {
		t.Fatal(err)
	}
	head := func() []byte {
		raw, err := os.ReadFile(f.card)
		if err != nil {
			t.Fatal(err)
		}
		return raw[:partBegin]
	}
	for name, x := range map[string]struct{ dd, want string }{
		"Ctrl-C": {`case "$*" in *seek=*) sleep 60 ;; esac; exec ` + dd + ` "$@"`, "is not finished and starts"},
		"a card that lies": {dd + ` "$@" || exit 1; case "$*" in *seek=*) printf x | ` + dd + ` of="` + f.card +
			`" bs=1 seek=9000000 conv=notrunc status=none ;; esac`, "does not give back what was written"},
		"a card that breaks": {`case "$*" in *seek=*) echo "dd: Input/output error" >&2; exit 1 ;; esac; exec ` + dd +
			` "$@"`, "Input/output error"},
	} {
		t.Run(name, func(t *testing.T) {
			f.tool("dd", x.dd)
			answers := []string{"Type sdx to go on", "sdx\r"}
			if name == "Ctrl-C" {
				answers = append(answers, "write ", "\x03")
			}
			screen, done := f.flash(all, answers...)
			if done || !strings.Contains(screen, x.want) {
				t.Errorf("expected %q:\n%s", x.want, screen)
			}
			if bytes.Count(head(), []byte{0}) != partBegin {
				t.Error("the card has a partition table")
			}
		})
	}
	f.tool("dd", "exec "+dd+` "$@"`)
	if screen, done := f.flash(append(all, "--yes")); !done || !bytes.Equal(head(), f.bytes[:partBegin]) {
		t.Errorf("the next try:\n%s", screen)
	}
	if left, _ := filepath.Glob(filepath.Join(f.dir, "tmp.*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestFlashRealDevice does it with a block device of the kernel, where the machine gives one.
func TestFlashRealDevice(t *testing.T) {
	f := newFlashing(t)
	out, err := exec.Command("losetup", "--find", "--show", f.card).Output()
	if err != nil {
		t.Skip("this machine gives no loop device")
	}
	device := strings.TrimSpace(string(out))
	t.Cleanup(func() { f.run("losetup", "--detach", device) })
	if err := os.Remove(filepath.Join(f.dir, "bin", "lsblk")); err != nil {
		t.Fatal(err)
	}
	all := append([]string{f.image, device, "--yes"}, settings...)
	if screen, done := f.flash(all); done || !strings.Contains(screen, "is not a disk (loop)") {
		t.Errorf("without --not-a-card:\n%s", screen)
	}
	screen, done := f.flash(append(all, "--not-a-card"))
	got, err := os.ReadFile(device)
	if !done || err != nil || !bytes.Equal(got[partBegin+partSize:len(f.bytes)], f.bytes[partBegin+partSize:]) {
		t.Errorf("%v\n%s", err, screen)
	}
}
