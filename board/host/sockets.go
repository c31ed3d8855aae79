package host

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// internet has the tables in /proc/PID/net of the sockets that reach, or could reach, beyond the
// machine, and the column of the inode in each.
var internet = map[string]int{
	"tcp": 9, "tcp6": 9, "udp": 9, "udp6": 9, "udplite": 9, "udplite6": 9,
	"raw": 9, "raw6": 9, "icmp": 9, "icmp6": 9, "packet": 8,
}

// Sockets counts the internet sockets that the processes hold. root is "/" but for tests.
func Sockets(root string, pids ...int) (int, error) {
	n := 0
	for _, pid := range pids {
		held, err := heldSockets(root, pid)
		if err != nil {
			return 0, err
		}
		if len(held) == 0 {
			continue
		}
		for table, column := range internet {
			hits, err := count(filepath.Join(root, "proc", strconv.Itoa(pid), "net", table), column, held)
			if err != nil {
				return 0, err
			}
			n += hits
		}
	}
	return n, nil
}

// heldSockets gives the inodes of a process's sockets. A process that may not be read (the eye,
// which is not dumpable, by a door that is not root) must be under a filter of system calls: the
// eye's filter allows no new socket, and it was given only the pair to the door.
func heldSockets(root string, pid int) (map[string]bool, error) {
	dir := filepath.Join(root, "proc", strconv.Itoa(pid))
	fds, err := os.ReadDir(filepath.Join(dir, "fd"))
	if errors.Is(err, fs.ErrPermission) {
		if value(filepath.Join(dir, "status"), "Seccomp:") == "2" {
			return nil, nil
		}
		return nil, fmt.Errorf("process %d shows neither its files nor a filter of system calls: %w", pid, err)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for sockets: %w", err)
	}
	inodes := map[string]bool{}
	for _, fd := range fds {
		to, err := os.Readlink(filepath.Join(dir, "fd", fd.Name()))
		if err != nil {
			continue // closed meanwhile
		}
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes, nil
}

// count gives how many of the inodes are in a table of the kernel. A kernel
// without the protocol has no table.
func count(table string, column int, inodes map[string]bool) (n int, err error) {
	err = eachLine(table, func(line string) {
		if f := strings.Fields(line); len(f) > column && inodes[f[column]] {
			n++
		}
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return n, err
}

// value gives the first word after a name in a file of "Name: value" lines;
// empty when the name is not in it.
func value(file, name string) (v string) {
	_ = eachLine(file, func(line string) {
		if rest, ok := strings.CutPrefix(line, name); ok && v == "" {
			v, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
		}
	})
	return v
}

func eachLine(file string, f func(string)) error {
	r, err := os.Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f(lines.Text())
	}
	return lines.Err()
}
