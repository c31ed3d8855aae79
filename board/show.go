package board

import (
	"context"
	"time"

	"menshen/board/check"
	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/notice"
	"menshen/board/wiring"
	"menshen/hal/display"
	"menshen/hal/display/paint"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// show adds the display that the configuration asks for. A door without it tells all by lamp and
// buzzer.
func (p *Parts) show(ctx context.Context) (close func() error) {
	c, close := p.Config, func() error { return nil }
	err := c.LeftOut(config.PartDisplay)
	if err == nil && c.Shows() {
		var conf display.Config
		var d *display.Display
		if conf, err = p.displayConfig(); err == nil {
			d, err = display.Start(ctx, conf)
		}
		if err == nil {
			p.Presenters = append(p.Presenters, d)
			p.beside("display", func() (i18n.Message, error) { s := d.Status(); return s.Message(), s.Trouble() })
			p.Log.Info("display started", "screen", c.Display.Screen)
			return d.Close
		}
	}
	if err != nil {
		p.Log.Error("the door shows nothing; lamp and buzzer tell all", "why", screen.OneLine(err))
		p.beside("display", func() (i18n.Message, error) { return i18n.Message{}, err })
	}
	return close
}

func (p *Parts) displayConfig() (display.Config, error) {
	c := p.Config
	conf, err := displayOf(c)
	conf.Clock = func() (time.Time, bool) { return time.Now().In(c.Site.Location()), p.Time.From() != "" }
	return conf, err
}

// displayOf is the display that a configuration asks for, without a clock.
func displayOf(c *config.Config) (display.Config, error) {
	site := paint.Site{Language: c.DisplayLanguage(), Contact: c.Unit.Contact, Notice: map[string][]string{},
		Reach: c.Display.Lower, Mirror: c.Display.Mirror,
		Camera: map[string]paint.Side{"below": paint.Below, "left": paint.Left, "right": paint.Right}[c.Display.Camera]}
	for _, lang := range notice.Languages() {
		if text, err := notice.Text(lang, compliance.NoticeFacts(c)); err == nil {
			site.Notice[lang.Code()] = notice.Paragraphs(text)
		}
	}
	on, err := wiring.Screen(c)
	return display.Config{Screen: on, Fonts: c.Display.Fonts, Site: site, Dark: c.DarkAt}, err
}

// showIn is how long a display may take to open its screen and show a picture.
const showIn = 20 * time.Second

// tryShowing starts a display that shows one picture until end is called.
func tryShowing(ctx context.Context, c *config.Config) (f check.DisplayFacts, end func(), err error) {
	conf, err := displayOf(c)
	if err != nil {
		return f, nil, err
	}
	d, err := display.Start(ctx, conf)
	if err != nil {
		return f, nil, err
	}
	d.Present(scene.Scene{Kind: scene.Opened})
	within, cancel := context.WithTimeout(ctx, showIn)
	defer cancel()
	if err := d.Shown(within); err != nil {
		if trouble := d.Status().Trouble(); trouble != nil {
			err = trouble
		}
		d.Close()
		return f, nil, err
	}
	s := d.Status()
	return check.DisplayFacts{Screen: s.Screen, Font: s.Font, Took: s.Took, Confined: s.Confined.String()},
		func() { d.Close() }, nil
}
