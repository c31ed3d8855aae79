package eval

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"time"

	"menshen/internal/chart"
)

//go:embed report.html
var reportText string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"percent": percent,
	"ms":      func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) },
	"score":   func(v float64) string { return fmt.Sprintf("%.3f", v) },
	"number":  number,
	"oneIn":   func(v float64) string { return number(int(math.Round(1 / v))) },
	// as calibration.Operating rounds it
	"floor": func(v float64) string { return number(int(math.Floor(v + 1e-6))) },
	"first": func(n int, f []Failure) []Failure { return f[:min(n, len(f))] },
	"few":   func(r Rate) bool { return r.Trials > 0 && r.Errors < MinErrors },
}).Parse(reportText))

// Report is what WriteHTML writes; each part may be nil.
type Report struct {
	Faces   *Faces
	Attacks *Attacks
	Acts    []ActRow
	Model   string // which model and, as the reader likes it, which settings
}

// WriteHTML writes one page that needs no other file.
func (r Report) WriteHTML(w io.Writer) error {
	page := struct {
		Report
		Style                       template.CSS
		DET, Histogram, Curve, Tail template.HTML
		MinErrors                   int
	}{Report: r, Style: chart.PageStyle, MinErrors: MinErrors}
	if f := r.Faces; f != nil {
		page.DET = f.Verification.detChart().SVG()
		page.Histogram = f.Verification.histogram().SVG()
		page.Curve = f.Identification.curveChart().SVG()
		if f.Others != nil {
			page.Tail = f.Others.chart().SVG()
		}
	}
	if err := reportTemplate.Execute(w, page); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
