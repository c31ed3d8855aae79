package store

import (
	"bufio"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// event is one system call that matters.
type event struct {
	call string
	args []string
	ret  int
}

// trace runs a load under strace.
func trace(t *testing.T, root, kind string) *disk {
	t.Helper()
	return traceSeed(t, root, kind, 1)
}

func traceSeed(t *testing.T, root, kind string, seed uint64) *disk {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed (apt-get install strace)")
	}
	d := &disk{root: root, names: map[string]*file{}, fds: map[int]*handle{}}
	for _, name := range []string{"root.key", "vault/vault.db", "vault/vault.lock"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && name != "vault/vault.lock" {
			t.Fatal(err)
		}
		d.names[filepath.Join(root, name)] = &file{safe: b}
	}
	d.safe = maps.Clone(d.names)
	out := filepath.Join(t.TempDir(), "trace")
	run := child(root, kind, seed)
	cmd := exec.Command(strace, "-f", "-qq", "-e", "trace=openat,close,pwrite64,write,ftruncate,fsync,fdatasync,"+
		"renameat,renameat2,rename,link,linkat,unlink,unlinkat",
		"-e", "signal=none", "-xx", "-s", "64000000", "-o", out, run.Path)
	cmd.Env = run.Env
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "ptrace") {
			t.Skipf("strace may not trace here: %s", out)
		}
		t.Fatalf("%v: %s", err, out)
	} else if strings.Contains(string(out), "failed") {
		t.Fatalf("%s", out)
	}
	d.events = parseTrace(t, out)
	return d
}

// parseTrace reads what strace wrote: "12 fsync(3) = 0", or two lines where another thread came
// between, "12 fsync(3 <unfinished ...>" and "12 <... fsync resumed>) = 0".
func parseTrace(t *testing.T, name string) []event {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []event
	begun := map[string]string{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<30)
	for s.Scan() {
		thread, line, _ := strings.Cut(s.Text(), " ")
		line = strings.TrimLeft(line, " ")
		if call, is := strings.CutSuffix(line, " <unfinished ...>"); is {
			begun[thread] = call
			continue
		}
		if strings.HasPrefix(line, "<... ") {
			_, rest, _ := strings.Cut(line, " resumed>")
			line = begun[thread] + rest
		}
		at := strings.LastIndex(line, " = ")
		call, args, is := strings.Cut(line[:max(at, 0)], "(")
		if !is {
			continue // a signal, or the end of a thread
		}
		result, _, _ := strings.Cut(line[at+len(" = "):], " ")
		ret, err := strconv.Atoi(result)
		if err != nil {
			t.Fatalf("%.80s: %v", line, err)
		}
		out = append(out, event{call, strings.Split(strings.TrimSuffix(strings.TrimRight(args, " "), ")"), ", "), ret})
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func bytesOf(arg string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(arg, `"`), `\x`, ""))
	if err != nil {
		panic(err)
	}
	return b
}

func number(arg string) int64 {
	n, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}
