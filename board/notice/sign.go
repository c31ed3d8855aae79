package notice

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"menshen/internal/i18n/catalogue"
)

var (
	//go:embed sign.html
	signText     string
	signTemplate = template.Must(template.New("sign").Parse(signText))
)

// Sign is the sign that stands at the camera: one A4 sheet in Chinese and English, to be read from
// some steps away (R-NOTICE; FRT 13).
func Sign(f Facts) (string, error) {
	if gaps := f.Gaps(); len(gaps) > 0 {
		return "", fmt.Errorf("the sign must say who is responsible (R-NOTICE); still empty: %s",
			strings.Join(gaps, ", "))
	}
	f.Place, f.Door, f.Handler, f.Contact = one(f.Place), one(f.Door), one(f.Handler), one(f.Contact)
	var b strings.Builder
	if err := signTemplate.Execute(&b, struct {
		Facts
		Purpose catalogue.Words
	}{f, catalogue.Both(f.Where())}); err != nil {
		return "", fmt.Errorf("setting the sign: %w", err)
	}
	return b.String(), nil
}
