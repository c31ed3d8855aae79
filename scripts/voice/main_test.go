package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"menshen/hal/scene"
	"menshen/hal/voice/recording"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// folder has the recordings, made once.
var folder string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "voice")
	if err == nil {
		err = record(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err, ": run 'make setup'")
		os.Exit(1)
	}
	folder = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// TestTheSameBytes: made twice, each recording is the same.
func TestTheSameBytes(t *testing.T) {
	again := t.TempDir()
	if err := record(again); err != nil {
		t.Fatal(err)
	}
	one, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(filepath.Join(again, "SHA256SUMS"))
	if want := len(scene.Phrases()) * len(catalogue.Languages()); err != nil || !bytes.Equal(one, two) ||
		bytes.Count(one, []byte("\n")) != want {
		t.Errorf("%v, %d files listed, want %d; the same: %v", err, bytes.Count(one, []byte("\n")), want,
			bytes.Equal(one, two))
	}
}

// sox runs it, and gives what it says.
func sox(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command("sox", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return out
}

// figure finds a figure in what sox says: "RMS Pk dB     -14.05".
func figure(t *testing.T, stats []byte, name string) float64 {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + `\s+(-?[0-9.]+)`).FindSubmatch(stats)
	if found == nil {
		t.Fatalf("sox says nothing of %s: %s", name, stats)
	}
	v, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestMeasuredBySox: level, peaks, length and the silence around, by a program that is not ours.
func TestMeasuredBySox(t *testing.T) {
	lowest, highest := 0.0, -100.0
	for _, lang := range catalogue.Languages() {
		for _, p := range scene.Phrases() {
			path := filepath.Join(folder, recording.Name(lang.Code(), p.ID))
			// Without its pauses, as ours measures it: silence that lasts 50 ms is left out.
			stats := sox(t, path, "-n", "silence", "1", "0.01", "-45d", "-1", "0.05", "-45d", "stats")
			level, peak := figure(t, stats, "RMS lev dB"), figure(t, stats, "Pk lev dB")
			length := figure(t, stats, "Length s")
			lowest, highest = min(lowest, level), max(highest, level)
			if level < recording.Level-2 || level > recording.Level+1 || peak > recording.MostPeak {
				t.Errorf("%s: level %.1f dB, peak %.1f dB", path, level, peak)
			}
			if length < 0.3 || length > recording.MostSaid.Seconds() {
				t.Errorf("%s: %.1f s of sound", path, length)
			}
			if clipped := figure(t, stats, "Flat factor"); clipped > 0 {
				t.Errorf("%s: clipped (%v)", path, clipped)
			}
			if lead := sox(t, path, "-n", "trim", "0", "0.2", "stats"); figure(t, lead, "Pk lev dB") < -40 {
				t.Errorf("%s: nothing is heard in the first 0.2 s", path)
			}
		}
	}
	t.Logf("levels by sox: %.1f to %.1f dBFS", lowest, highest)
}

// said are the words of a phrase as a recogniser writes them.
func said(p scene.Phrase) string {
	text := spoken["en"].Replace(i18n.English.Say(p.Words))
	text = regexp.MustCompile(`[^a-z' ]`).ReplaceAllString(strings.ToLower(text), " ")
	return strings.Join(strings.Fields(text), " ")
}

// TestRecognised: a recogniser that was never told which English phrase it hears finds the right
// one of all that the door says. There is none for Chinese among Debian's packages; what is checked
// of it is that each word is read in Chinese (say), and its level.
func TestRecognised(t *testing.T) {
	dir := t.TempDir()
	var ids, all []string
	words := map[string]string{}
	for _, p := range scene.Phrases() {
		words[p.ID] = said(p)
		ids, all = append(ids, p.ID), append(all, words[p.ID])
		sox(t, filepath.Join(folder, recording.Name("en", p.ID)), "-r", "16000", filepath.Join(dir, p.ID+".wav"),
			"pad", "0.3", "0.3")
	}
	slices.Sort(all)
	all = slices.Compact(all)
	grammar := "#JSGF V1.0;\ngrammar door;\npublic <said> = " + strings.Join(all, " | ") + ";\n"
	for name, text := range map[string]string{"ids": strings.Join(ids, "\n") + "\n", "door.jsgf": grammar} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const model = "/usr/share/pocketsphinx/model/en-us/"
	out, err := exec.Command("pocketsphinx_batch", "-adcin", "yes", "-adchdr", "44", "-cepdir", dir, "-cepext", ".wav",
		"-ctl", filepath.Join(dir, "ids"), "-jsgf", filepath.Join(dir, "door.jsgf"), "-hmm", model+"en-us",
		"-dict", model+"cmudict-en-us.dict", "-beam", "1e-80", "-wbeam", "1e-60", "-hyp", filepath.Join(dir, "heard"),
		"-logfn", filepath.Join(dir, "log")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	heard, err := os.ReadFile(filepath.Join(dir, "heard"))
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	line := regexp.MustCompile(`(?m)^(.*?) ?\((\S+) -?\d+\)$`)
	for _, found := range line.FindAllStringSubmatch(string(heard), -1) {
		if words[found[2]] == found[1] {
			right++
		} else {
			t.Logf("%s: %q was heard as %q", found[2], words[found[2]], found[1])
		}
	}
	t.Logf("%d of %d recognised, among %d", right, len(ids), len(all))
	if right*100 < len(ids)*95 {
		t.Errorf("only %d of %d are recognised", right, len(ids))
	}
}
