package host

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestRLocalSocketsAreReallyCounted opens sockets of each kind, and counts
// them in the kernel's tables.
func TestRLocalSocketsAreReallyCounted(t *testing.T) {
	count := func() int {
		t.Helper()
		n, err := Sockets("/", os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	local, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	if n := count(); n != before {
		t.Errorf("a local socket counts as %d of the internet's", n-before)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("this machine opens no internet socket:", err)
	}
	if n := count(); n != before+1 {
		t.Errorf("%d sockets with a listening one, %d before", n, before)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if n := count(); n != before+2 {
		t.Errorf("%d sockets with two open, %d before", n, before)
	}
	tcp.Close()
	udp.Close()
	if n := count(); n != before {
		t.Errorf("%d sockets after they were closed, %d before", n, before)
	}
	if _, err := Sockets("/", 1<<22+1); err == nil {
		t.Error("a process that is not there holds no socket, it says")
	}
}

// tree writes files under a root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestRLocalEyeThatHidesMustBeFiltered(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("root may read everything: only the way through the filter's word is tried by hand below")
	}
	for seccomp, ok := range map[string]bool{"2": true, "0": false} {
		root := tree(t, map[string]string{"proc/7/status": "Name:\teye\nSeccomp:\t" + seccomp + "\n"})
		if err := os.Mkdir(filepath.Join(root, "proc/7/fd"), 0); err != nil {
			t.Fatal(err)
		}
		_, err := Sockets(root, 7)
		if os.Geteuid() != 0 && (err == nil) != ok {
			t.Errorf("seccomp %s: %v", seccomp, err)
		}
		if got := value(filepath.Join(root, "proc/7/status"), "Seccomp:"); got != seccomp {
			t.Errorf("read %q for %q", got, seccomp)
		}
	}
}

// TestRLocalRemotePrograms runs programs with such names.
func TestRLocalRemotePrograms(t *testing.T) {
	before, err := Remote("/")
	if err != nil {
		t.Fatal(err)
	}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "AnyDesk-service")
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(path, "60")
	if err := run.Start(); err != nil {
		t.Skip("a copy of sleep does not run here:", err)
	}
	defer func() { run.Process.Kill(); run.Wait() }()
	want := append(slices.Clone(before), "anydesk-service")
	slices.Sort(want)
	for until := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) { // until it is that program
		got, err := Remote("/")
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(got, "anydesk-service") {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("found %q, want %q", got, want)
		}
	}
}

func TestRemoteNames(t *testing.T) {
	for name, want := range map[string]bool{"teamviewerd": true, "x11vnc": true, "ttyd": true, "menshen": false,
		"systemd": false, "bash": false, "npc2": false,
		"agetty": false, "": false} {
		if isRemote(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
	for _, n := range remoteNames {
		if len(n) < 3 || n == "*" {
			t.Errorf("name %q is too short to mean anything", n)
		}
	}
}

func TestRStrangerSwap(t *testing.T) {
	for swaps, want := range map[string]int{
		"": 0,
		"/dev/zram0     partition\t2097148\t\t0\t\t100\n":                                       0,
		"/var/swap      file\t\t102396\t\t0\t\t-2\n":                                            1,
		"/dev/dm-1      partition\t102396\t\t0\t\t-2\n":                                         0,
		"/dev/dm-2      partition\t102396\t\t0\t\t-2\n/dev/mmcblk0p3 partition\t1\t\t0\t\t-3\n": 2,
	} {
		swaps = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + swaps
		root := tree(t, map[string]string{"proc/swaps": swaps,
			"sys/class/block/dm-1/dm/uuid": "CRYPT-PLAIN-swap\n", "sys/class/block/dm-2/dm/uuid": "LVM-abc\n"})
		if got, err := ClearSwap(root); err != nil || len(got) != want {
			t.Errorf("%q: %q, %v", swaps, got, err)
		}
	}
	if _, err := ClearSwap(t.TempDir()); err == nil {
		t.Error("a machine without /proc has no swap, it says")
	}
}

func TestRStrangerPictures(t *testing.T) {
	pictures := []string{"\xff\xd8\xff\xe0\x00\x10JFIF", "\x89PNG\r\n\x1a\n\x00\x00", "GIF89a\x01",
		"RIFF\x10\x00\x00\x00WEBPVP8 ", "RIFF\x10\x00\x00\x00AVI LIST", "\x00\x00\x00\x18ftypheic",
		"P6\n640 480\n255\n", "P5 # a map\n", "II*\x00\x08", "\x1aE\xdf\xa3\x01",
		"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"}
	others := []string{"", "P", "P6", "P6M", "Personal", "BM", "BMW is a car, it is said", "age-encryption.org/v1",
		"<!doctype html><svg>", "RIFF\x10\x00\x00\x00WAVEfmt ", "P1x"}
	files := map[string]string{}
	for i, p := range pictures {
		files[fmt.Sprintf("a/deep/%d.bin", i)] = p
	}
	for i, p := range others {
		files[fmt.Sprintf("b/%d.jpg", i)] = p // the name says nothing
	}
	root := tree(t, files)
	if n, err := Pictures(filepath.Join(root, "a"), filepath.Join(root, "nowhere")); err != nil || n != len(pictures) {
		t.Errorf("%d of %d pictures found, %v", n, len(pictures), err)
	}
	if n, err := Pictures(filepath.Join(root, "b")); err != nil || n != 0 {
		t.Errorf("%d of no pictures found, %v", n, err)
	}
}

// TestRStrangerHarden hardens a child that is this test again, since it is for good.
func TestRStrangerHarden(t *testing.T) {
	if os.Getenv("MENSHEN_HARDEN") != "" {
		before := DumpsOff()
		locked, err := Harden()
		fmt.Println(before, DumpsOff(), err, locked == Locked("/"))
		return
	}
	c := exec.Command(os.Args[0], "-test.run=^TestRStrangerHarden$", "-test.v=false")
	c.Env = append(os.Environ(), "MENSHEN_HARDEN=1")
	out, err := c.CombinedOutput()
	if err != nil || string(out) != "false true <nil> true\nPASS\n" {
		t.Errorf("before, after, error, locked as said: %s%v", out, err)
	}
}

func FuzzIsPicture(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff"))
	f.Add([]byte("P6 1"))
	f.Add([]byte("BM"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if isPicture(b) && len(b) < 2 {
			t.Error("a picture of one byte")
		}
	})
}

// TestRLocalCarrier: whether the program for connected doors is installed is seen.
func TestRLocalCarrier(t *testing.T) {
	if there, err := Carrier(tree(t, map[string]string{"usr/bin/menshen-site": "x"})); !there || err != nil {
		t.Errorf("installed: %v, %v", there, err)
	}
	if there, err := Carrier(tree(t, map[string]string{"usr/bin/menshen": "x"})); there || err != nil {
		t.Errorf("not installed: %v, %v", there, err)
	}
	if _, err := Carrier(tree(t, map[string]string{"usr/bin": "a file"})); err == nil {
		t.Error("what cannot be looked at counts as not installed")
	}
}
