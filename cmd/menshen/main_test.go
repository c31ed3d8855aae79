package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"menshen/hal/sim"
	"menshen/recognizer/models"
	"menshen/store/keys/keystest"
)

// The verbs are tested as a person runs them, by the scripts in testdata, each in its own folder.
func TestMain(m *testing.M) {
	// A door that runs in a test starts its eye and its voice, and a test its console or a script's
	// call.
	if len(os.Args) > 1 && slices.Contains([]string{"eye", "voice", "display", "console", "call"}, os.Args[1]) {
		main()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "run" && os.Getenv("MENSHEN_TEST_DOOR") != "" {
		simulatedRun()
		return
	}
	testscript.Main(m, map[string]func(){
		"menshen": func() {
			// The scripts' doors are simulated: the wires exist in the process that runs the door.
			if door, err := sim.New(sim.Config{}); err == nil {
				defer door.Close()
			}
			main()
		},
		"answering": answering,
	})
}

func TestVerbs(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			dir, err := models.Dir()
			e.Setenv("MODELS", dir)
			return err
		},
		Condition: func(what string) (bool, error) {
			switch what {
			case "root":
				return os.Geteuid() == 0, nil
			case "swtpm":
				_, err := exec.LookPath("swtpm")
				return err == nil, nil
			}
			return false, fmt.Errorf("no condition %q", what)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"flip": flip, "waitfor": waitFor, "simulated": simulated, "erasedsince": erasedSince,
			"published": published,
			// swtpm starts a software TPM and sets a variable to its socket: swtpm NAME.
			"swtpm": func(ts *testscript.TestScript, _ bool, args []string) { ts.Setenv(args[0], keystest.SWTPM(t)) },
		},
	})
}

// flip changes one byte of a file, or with a step every so many bytes: flip FILE OFFSET [STEP].
func flip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	raw, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	step := len(raw)
	if len(args) > 2 {
		step, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	for ; at < len(raw); at += step {
		raw[at] ^= 0x40
	}
	ts.Check(os.WriteFile(path, raw, 0o600))
}

// simulated writes the configuration of a simulated door: simulated FILE [OLD NEW]…,
// with pieces of text replaced.
func simulated(ts *testscript.TestScript, _ bool, args []string) {
	raw, err := os.ReadFile("../../board/demo/door.toml")
	ts.Check(err)
	text := strings.Replace(string(raw), `source = "sim:camera"`,
		"source = \"sim:camera\"\nmodels = \""+ts.Getenv("MODELS")+`"`, 1)
	for rest := args[1:]; len(rest) >= 2; rest = rest[2:] {
		if !strings.Contains(text, rest[0]) {
			ts.Fatalf("the configuration has no %q", rest[0])
		}
		text = strings.Replace(text, rest[0], rest[1], 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
	ts.Check(os.MkdirAll(ts.MkAbs("camera"), 0o700))
}

// waitfor waits until a background command has written something to
// standard error: waitfor NAME TEXT.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	for range 1200 {
		if raw, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(raw), args[1]) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s never said %q", args[0], args[1])
}
