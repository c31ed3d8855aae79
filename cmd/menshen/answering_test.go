package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// answering runs a command for a script and gives it an answer a question: answering FILE COMMAND….
// A step that failed because this machine is busy is tried again, which takes no answer of the
// file: the others keep their places.
func answering() {
	if err := answer(os.Args[1], exec.Command(os.Args[2], os.Args[3:]...)); err != nil {
		fmt.Fprintln(os.Stderr, "answering:", err)
		os.Exit(1)
	}
}

func answer(file string, cmd *exec.Cmd) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	answers := strings.SplitAfter(strings.TrimSuffix(string(raw), "\n"), "\n")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	next := func() {
		if len(answers) == 0 {
			in.Close()
			return
		}
		_, _ = io.WriteString(in, strings.TrimSpace(answers[0])+"\n") // one that has ended reads no answers
		answers = answers[1:]
	}
	next() // the passphrase
	said := bufio.NewReader(out)
	var line []byte
	for tries := 0; ; {
		b, err := said.ReadByte()
		if err != nil {
			return cmd.Wait()
		}
		os.Stdout.Write([]byte{b})
		if line = append(line, b); b == '\n' {
			line = line[:0]
		}
		asks := bytes.HasSuffix(line, []byte("> ")) || bytes.HasSuffix(line, []byte("(y, n) "))
		switch {
		case !asks:
		case bytes.Contains(line, []byte("a: try again")) && tries < 20:
			tries++
			_, _ = io.WriteString(in, "a\n")
		default:
			next()
		}
	}
}
