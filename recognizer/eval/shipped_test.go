package eval

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/recognizer/calibration"
)

var update = flag.Bool("update", false, "write the shipped calibration again")

// shippedFile is the calibration that menshen has, shippedCounts the scores that it comes from.
const (
	shippedFile   = "../calibration/default.toml"
	shippedCounts = "../calibration/lfw.tsv"
)

// clumped is by how much more a rare rate varies from draw to draw of the people than if no two
// comparisons had a person in common. Counts do not tell; among 702 people it was 1.2 at 1e-4,
// 2.0 at 1e-3.
const clumped = 2.0

// The shipped calibration is computed from the shipped counts.
func TestShippedCalibrationIsComputed(t *testing.T) {
	impostor, genuine := readCounts(t)
	total := reaching(impostor, -1)
	var points []calibration.Point
	from := 0.0
	for _, b := range impostor {
		n := reaching(impostor, b.low)
		if n >= peaks {
			from = b.low
		}
		next := 1e-2
		if len(points) > 0 {
			next = points[len(points)-1].FMR / 3
		}
		if n >= MinErrors && n/total <= next {
			_, high := wilson(n/clumped, total/clumped)
			points = append(points, calibration.Point{Threshold: b.low, FMR: n / total, High: high})
		}
	}
	points = extend(points, fitCounts(from, impostor))
	accepted := func(threshold float64) float64 { return reaching(genuine, threshold) / reaching(genuine, -1) }
	_, err := calibration.Default()
	if err != nil && !*update {
		t.Fatal(err)
	}
	c := complete(points, accepted, 3, 0.05,
		calibration.Model{Name: "fr_feature",
			SHA256: "87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581"},
		calibration.Source{
			Pictures: "LFW deep-funneled, 2,240 people, 350 of them enrolled with the mean of three pictures, " +
				"probe one picture",
			By:   "the Menshen project, OpenCV 4.6.0",
			Date: calibration.Day(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)),
			Note: "Computed from the counts in lfw.tsv (go test ./recognizer/eval -run ShippedCalibration -update). " +
				"Grey pictures of another set (AT&T) gave 3.3 times the rate at the same threshold, hence guard.",
		})
	var want bytes.Buffer
	if err := c.Write(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(shippedFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(shippedFile)
	if err != nil || !bytes.Equal(have, want.Bytes()) {
		t.Errorf("%s is not what %s gives (%v); go test -update writes\n%s",
			shippedFile, shippedCounts, err, want.String())
	}
}

// bin is how many scores lie from low on in a width.
type bin struct{ low, width, many float64 }

// readCounts reads the columns of templates with pictures.
func readCounts(t *testing.T) (impostor, genuine []bin) {
	raw, err := os.ReadFile(shippedCounts)
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for line := range strings.Lines(string(raw)) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case columns == nil:
			columns = words
		default:
			value := map[string]float64{}
			for i, word := range words {
				if value[columns[i]], err = strconv.ParseFloat(word, 64); err != nil {
					t.Fatal(err)
				}
			}
			impostor = append(impostor, bin{value["low"], 0.01, value["impostor3"]})
			genuine = append(genuine, bin{value["low"], 0.01, value["genuine3"]})
		}
	}
	return impostor, genuine
}

// reaching is how many scores reach a threshold; within a bin they count by its part above.
func reaching(bins []bin, threshold float64) (n float64) {
	for _, b := range bins {
		n += b.many * min(max((b.low+b.width-threshold)/b.width, 0), 1)
	}
	return n
}

// fitCounts is fitTail for scores of which only counts are known.
func fitCounts(from float64, bins []bin) tails {
	total := reaching(bins, -1)
	random := rand.New(rand.NewPCG(1, 2))
	fit := func(draw func(many float64) float64) tail {
		var n, excess float64
		for _, b := range bins {
			if b.low >= from-1e-9 {
				k := draw(b.many)
				n += k
				excess += k * (b.low + b.width/2 - from)
			}
		}
		return tail{from, n / total, excess / n}
	}
	t := tails{tail: fit(func(many float64) float64 { return many })}
	for len(t.drawn) < redraws {
		t.drawn = append(t.drawn, fit(func(many float64) float64 {
			n := 0.0
			for range int(many) * 16 { // about Poisson, in lots of clumped
				if random.Float64() < 1/(16*clumped) {
					n += clumped
				}
			}
			return n
		}))
	}
	return t
}
