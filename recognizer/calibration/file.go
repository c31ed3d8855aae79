package calibration

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Errors of files.
var (
	ErrFile  = errors.New("not a usable calibration file")
	ErrModel = errors.New("calibration is of another model")
)

// Format is the version of the file that this package reads and writes.
const Format = 2

// Calibration is how one embedding model confuses people, and where that was measured. In a
// file it is TOML.
type Calibration struct {
	Format int     `toml:"format"`
	Model  Model   `toml:"model"`
	Source Source  `toml:"source"`
	Limits Limits  `toml:"limits"`
	Points []Point `toml:"point"` // rising threshold, falling rates; at least two; those measured first
}

// Model names the embedding model by the SHA-256 of its file, in hex.
type Model struct {
	Name   string `toml:"name"`
	SHA256 string `toml:"sha256"`
}

// Source is where the figures come from.
type Source struct {
	Pictures string         `toml:"pictures"`
	By       string         `toml:"by"`
	Date     toml.LocalDate `toml:"date"`
	Note     string         `toml:"note,omitempty"`
}

// Limits is what the measured points alone do not say.
type Limits struct {
	Guard       float64 `toml:"guard"`        // divides every rate asked for; at least 1
	MinVerify   float64 `toml:"min_verify"`   // lowest threshold for card + face
	MinIdentify float64 `toml:"min_identify"` // lowest threshold for a face alone
	Margin      float64 `toml:"margin"`       // lead over the next best person
}

// Point is one threshold: the false match rate (FMR, share of impostor comparisons that reach it)
// and the true accept rate (TAR, share of genuine comparisons that reach it).
type Point struct {
	Threshold float64 `toml:"threshold"`
	FMR       float64 `toml:"fmr"`
	High      float64 `toml:"high"` // the upper end of the FMR's 95% interval, which is what is promised
	TAR       float64 `toml:"tar"`
	Fitted    bool    `toml:"fitted,omitempty"` // not measured, but of a tail fitted to the highest scores
}

// stricterThan reports whether p may follow q: a higher threshold, and lower rates.
func (p Point) stricterThan(q Point) bool {
	return p.Threshold > q.Threshold && p.FMR < q.FMR && p.High < q.High && p.TAR <= q.TAR && (p.Fitted || !q.Fitted)
}

//go:embed default.toml
var shipped []byte

// Default is the calibration of the model shipped.
func Default() (*Calibration, error) { return Read(bytes.NewReader(shipped)) }

// maxFile is more than any calibration file needs, in bytes.
const maxFile = 1 << 20

// Read reads and checks a file. Errors: ErrFile, with the line where there is one.
func Read(r io.Reader) (*Calibration, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read calibration: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("read calibration: %w: longer than %d bytes", ErrFile, maxFile)
	}
	c := new(Calibration)
	if err := decode(raw, c); err != nil {
		return nil, fmt.Errorf("read calibration: %w: %w", ErrFile, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("read calibration: %w: %w", ErrFile, err)
	}
	return c, nil
}

// Open reads the file at a path; an empty path gives Default. It must be of the embedding model
// with this SHA-256 (hex). Errors: those of Read and For.
func Open(path, model string) (c *Calibration, err error) {
	if path == "" {
		c, err = Default()
	} else {
		var f *os.File
		if f, err = os.Open(path); err != nil {
			return nil, fmt.Errorf("opening the calibration: %w", err)
		}
		defer f.Close()
		c, err = Read(f)
	}
	if err == nil {
		err = c.For(model)
	}
	if err != nil && path != "" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func decode(raw []byte, c *Calibration) error {
	d := toml.NewDecoder(bytes.NewReader(raw)).DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return fmt.Errorf("line %d: %w", line, err)
		}
		return err
	}
	return nil
}

// Write writes the file that Read reads. Errors: ErrFile when Read would refuse it.
func (c *Calibration) Write(w io.Writer) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("write calibration: %w: %w", ErrFile, err)
	}
	if err := toml.NewEncoder(w).Encode(c); err != nil {
		return fmt.Errorf("write calibration: %w", err)
	}
	return nil
}

// For returns nil when the calibration is of the model with this SHA-256 (hex), and
// ErrModel otherwise.
func (c *Calibration) For(sha256 string) error {
	if c.Model.SHA256 != sha256 {
		return fmt.Errorf("%w: it is of %s; measure this one with `menshen eval`", ErrModel, c.Model.Name)
	}
	return nil
}

// check returns an error for a calibration that cannot be computed with. Not-a-number fails every
// comparison, so each is written to be true for a good value.
func (c *Calibration) check() error {
	l := c.Limits
	switch {
	case c.Format != Format:
		return fmt.Errorf("format %d, this program knows %d; measure again with `menshen eval`", c.Format, Format)
	case c.Source.Pictures == "" || c.Source.Date.Month == 0:
		return errors.New("it does not say which pictures it was measured on, and when")
	case len(c.Points) < 2 || c.Points[1].Fitted:
		return errors.New("fewer than two measured points")
	case !(l.Guard >= 1 && l.Guard <= 1e6):
		return fmt.Errorf("guard %g, want 1 or more", l.Guard)
	case !(l.Margin >= 0 && l.Margin <= 1):
		return fmt.Errorf("margin %g, want 0 to 1", l.Margin)
	case !(math.Abs(l.MinVerify) <= 1 && math.Abs(l.MinIdentify) <= 1):
		return errors.New("a lowest threshold is not a cosine")
	}
	for i, p := range c.Points {
		switch {
		case !(p.FMR > 0 && p.High >= p.FMR && p.High < 1 && p.TAR >= 0 && p.TAR <= 1):
			return fmt.Errorf("point %d: a rate is not between 0 and 1", i+1)
		case !(math.Abs(p.Threshold) <= 1):
			return fmt.Errorf("point %d: threshold %g is not a cosine", i+1, p.Threshold)
		case i > 0 && !p.stricterThan(c.Points[i-1]):
			return fmt.Errorf("point %d: thresholds must rise and rates fall from point to point", i+1)
		}
	}
	return nil
}

// Day is a date for a Source.
func Day(t time.Time) toml.LocalDate {
	y, m, d := t.Date()
	return toml.LocalDate{Year: y, Month: int(m), Day: d}
}
