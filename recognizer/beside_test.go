package recognizer

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/recognizer/models"
)

// BenchmarkBeside measures the chain beside other programs that do the same, frame by frame in
// turn, so that the load of the machine is the same for all. $MENSHEN_BESIDE names them, a
// line each: a name, a tab, a command. A peer does a frame for each line that it reads, and
// answers with milliseconds of processor time: the whole, and any other figures.
// scripts/bench/chain.sh runs this.
func BenchmarkBeside(b *testing.B) {
	if os.Getenv("MENSHEN_BESIDE") == "" {
		b.Skip("run scripts/bench/chain.sh")
	}
	peers := []*peer{ourselves(b, OpenCV), ourselves(b, library(b))}
	ours := len(peers)
	peers = append(peers, networksAlone(b, loadSet(b), "alone"))
	asItComes := loadSet(b)
	asItComes.Live.Plain = false
	peers = append(peers, networksAlone(b, asItComes, "alone, as it comes"))
	for line := range strings.Lines(os.Getenv("MENSHEN_BESIDE")) {
		name, command, _ := strings.Cut(strings.TrimSpace(line), "\t")
		peers = append(peers, startPeer(b, name, strings.Fields(command)))
	}
	for round := -5; round < b.N; round++ { // the first set everything up
		for i := range peers {
			p := peers[(i+round+5)%len(peers)]
			if figures := p.frame(); round >= 0 {
				p.rounds = append(p.rounds, figures)
			}
		}
	}
	fmt.Printf("\nmilliseconds of processor time a frame, of %d the one that a quarter beat; "+
		"one thread (our stages: by the clock on the wall)\n", b.N)
	fmt.Printf("%-42s %8s %8s %8s %8s %8s %8s %8s\n",
		"", "whole", "detect", "landmark", "align", "live", "embed", "networks")
	for _, p := range peers {
		fmt.Printf("%-42s", p.name)
		for i := range p.rounds[0] {
			fmt.Printf(" %8.2f", quarter(p.rounds, i))
		}
		fmt.Println()
	}
	fmt.Println()
	for i, us := range peers[:ours] {
		for _, p := range peers[i+1:] {
			compare(us, p, 0, "")
			if last := len(p.rounds[0]) - 1; last > 0 && !slices.Contains(peers[:ours], p) {
				compare(us, p, last, ", its networks alone")
			}
		}
	}
}

// peer is a program that can do a frame.
type peer struct {
	name   string
	frame  func() []float64
	rounds [][]float64
}

func ourselves(b *testing.B, engine Engine) *peer {
	runtime.GOMAXPROCS(1) // both as the eye does
	runtime.LockOSThread()
	c, f := newChain(b, Options{Engine: engine, Threads: 1}), gocvPicture(b, "face.jpg")
	return &peer{name: "ours, " + c.Engine(), frame: func() []float64 {
		start := processorTime(b)
		obs := observe(b, c, f)
		ms := float64((processorTime(b) - start).Microseconds()) / 1000
		t := obs.Took
		obs.Wipe()
		figures := []float64{ms}
		for _, d := range []time.Duration{t.Detect, t.Landmark, t.Align, t.Live, t.Embed} {
			figures = append(figures, float64(d.Microseconds())/1000)
		}
		return figures
	}}
}

// networksAlone is what a frame costs at the least by ONNX Runtime: the forward passes, on crops
// that lie ready.
func networksAlone(b *testing.B, set *models.Set, how string) *peer {
	c, err := New(set, Options{Engine: library(b), Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.Close)
	observe(b, c, gocvPicture(b, "face.jpg"))
	passes := []*network{c.detect, c.landmark, c.live, c.eye, c.eye, c.embed}
	return &peer{name: c.Engine() + " " + how, frame: func() []float64 {
		start := processorTime(b)
		for _, n := range passes {
			if err := n.run(); err != nil {
				b.Fatal(err)
			}
		}
		return []float64{float64((processorTime(b) - start).Microseconds()) / 1000}
	}}
}

func startPeer(b *testing.B, name string, command []string) *peer {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	return &peer{name: name, frame: func() (figures []float64) {
		io.WriteString(in, "\n")
		if !lines.Scan() {
			b.Fatalf("%s gave up: %v", name, lines.Err())
		}
		for _, field := range strings.Fields(lines.Text()) {
			ms, err := strconv.ParseFloat(field, 64)
			if err != nil {
				b.Fatalf("%s said %q", name, lines.Text())
			}
			figures = append(figures, ms)
		}
		return figures
	}}
}

// compare prints how much longer a takes than figure i of b: the median over the rounds of their
// ratio in one round, and the range of the middle half of the rounds.
func compare(a, b *peer, i int, what string) {
	var ratios []float64
	for round := range a.rounds {
		ratios = append(ratios, 100*(a.rounds[round][0]/b.rounds[round][i]-1))
	}
	slices.Sort(ratios)
	n := len(ratios)
	fmt.Printf("%s over %s%s: %+.1f%% (half of the rounds %+.1f … %+.1f%%)\n",
		a.name, b.name, what, ratios[n/2], ratios[n/4], ratios[3*n/4])
}

// quarter is the first quartile of figure i over the rounds. Other programs only ever add to a
// figure, so the mean would say less.
func quarter(rounds [][]float64, i int) float64 {
	var all []float64
	for _, r := range rounds {
		all = append(all, r[i])
	}
	slices.Sort(all)
	return all[len(all)/4]
}
