// Command probe tries, one after the other, what a service of menshen-site needs and what it must
// not be able to do, and prints a line for each: the attempt's name, then "yes", or "no" and why.
// The test beside it runs it in the place of the service, in the service's own sandbox, and once as
// root outside of any, where every attempt must succeed.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "listen" {
		listen()
		return
	}
	runtime.LockOSThread()
	for _, a := range attempts() {
		said := "yes"
		if err := a.try(); err != nil {
			said = "no: " + err.Error()
		}
		fmt.Println(a.name, said)
	}
}

// The addresses are those of the test's machines: one of the site, two of the internet.
var (
	site  = &unix.SockaddrInet4{Addr: [4]byte{192, 168, 1, 10}}
	far   = &unix.SockaddrInet4{Addr: [4]byte{203, 0, 113, 5}}
	far6  = &unix.SockaddrInet6{Addr: [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 5}}
	ports = struct{ heard, free int }{heard: 4443, free: 4444}
)

type attempt struct {
	name string
	try  func() error
}

func attempts() []attempt {
	at := func(a unix.SockaddrInet4, port int) *unix.SockaddrInet4 { a.Port = port; return &a }
	at6 := func(a unix.SockaddrInet6, port int) *unix.SockaddrInet6 { a.Port = port; return &a }
	reads := func(path string) func() error { return func() error { return read(path) } }
	writes := func(path string) func() error { return func() error { return write(path) } }
	return []attempt{
		{"site-tcp", func() error { return connect(unix.AF_INET, at(*site, ports.heard)) }},
		{"door-socket", func() error {
			return connect(unix.AF_UNIX, &unix.SockaddrUnix{Name: "/run/menshen-site/unit"})
		}},
		{"courier-state", writes("/run/menshen-site-courier/probe")},
		{"hub-folder", writes("/var/lib/menshen-site/probe")},
		{"listen-tcp", func() error { return bind(unix.AF_INET, unix.SOCK_STREAM, at(*site, ports.free)) }},

		{"listen-udp", func() error { return bind(unix.AF_INET, unix.SOCK_DGRAM, at(*site, ports.free)) }},
		{"internet-tcp", func() error { return connect(unix.AF_INET, at(*far, ports.heard)) }},
		{"internet-tcp6", func() error { return connect(unix.AF_INET6, at6(*far6, ports.heard)) }},
		{"internet-dns", func() error { return send(unix.AF_INET, at(*far, 53)) }},
		{"raw-packets", func() error { return socket(unix.AF_PACKET, unix.SOCK_RAW) }},
		{"name-servers", reads("/etc/resolv.conf")},

		{"door-config", reads("/etc/menshen/door.toml")},
		{"door-key", reads("/etc/menshen/key")},
		{"door-vault", reads("/var/lib/menshen/vault.db")},
		{"door-out", reads("/var/lib/menshen.out")},
		{"door-console", func() error {
			return connect(unix.AF_UNIX, &unix.SockaddrUnix{Name: "/var/lib/menshen/control.sock"})
		}},
		{"door-update", reads("/run/menshen")},
		{"ticket", reads("/etc/menshen-site/ticket")},
		{"hub-papers", reads("/var/lib/menshen-site/site")},
		{"homes", reads("/root")},
		{"other-processes", reads("/proc/1/status")},

		{"write-etc", writes("/etc/probe")},
		{"write-usr", writes("/usr/bin/probe")},
		{"write-var", writes("/var/lib/probe")},
		{"write-run", writes("/run/probe")},
		{"kernel-setting", writes("/proc/sys/kernel/hostname")},
		{"kernel-log", reads("/dev/kmsg")},
		{"disk", reads("/dev/disk")},

		{"be-root", func() error { return unix.Setuid(0) }},
		{"host-name", func() error { return unix.Sethostname([]byte("gate")) }},
		{"mount", func() error { return unix.Mount("probe", "/mnt", "tmpfs", 0, "") }},
		{"namespace", func() error { return unix.Unshare(unix.CLONE_NEWUTS) }},
		{"key-ring", func() error {
			_, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, true)
			return err
		}},
		{"written-code", writtenCode},
	}
}

func socket(family, kind int) error {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func connect(family int, to unix.Sockaddr) error {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	// A packet that is dropped is asked for again: five seconds are a no.
	wait := unix.Timeval{Sec: 5}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait); err != nil {
		return err
	}
	return unix.Connect(fd, to)
}

func send(family int, to unix.Sockaddr) error {
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Sendto(fd, []byte("?"), 0, to)
}

func bind(family, kind int, at unix.Sockaddr) error {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Bind(fd, at)
}

// read opens a file, or lists a folder.
func read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return err
	} else if info.IsDir() {
		_, err = f.ReadDir(0)
		return err
	}
	return nil
}

// write opens a file for writing and writes nothing; one that was not there goes again.
func write(path string) error {
	_, there := os.Stat(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if there != nil {
		os.Remove(path)
	}
	return f.Close()
}

// writtenCode asks for memory that can be written and run.
func writtenCode() error {
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC,
		unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	return unix.Munmap(page)
}

// listen takes connections at the site's address and at those of the internet, until it is killed.
func listen() {
	for _, at := range []unix.Sockaddr{
		&unix.SockaddrInet4{Addr: site.Addr, Port: ports.heard},
		&unix.SockaddrInet4{Addr: far.Addr, Port: ports.heard},
		&unix.SockaddrInet6{Addr: far6.Addr, Port: ports.heard},
	} {
		family := unix.AF_INET
		if _, six := at.(*unix.SockaddrInet6); six {
			family = unix.AF_INET6
		}
		fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
		if err == nil {
			err = errors.Join(unix.Bind(fd, at), unix.Listen(fd, 16))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, strings.ReplaceAll(err.Error(), "\n", "; "))
			os.Exit(1)
		}
	}
	fmt.Println("listening")
	for {
		time.Sleep(time.Hour)
	}
}
