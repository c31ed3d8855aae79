// Package compliance counts the unit's own state as the law asks for it, holds the rules of package
// policy against it, and says in the dossier what it found.
//
// It counts at the start, each day as a whole, and within a second of each act, which it notices by
// reading on in the unit's own audit log (facts.go, facts_groups.go: people, papers, store, staff,
// duties; package host: the computer). For the first broken rule that protects people faces go off,
// with the rule and the remedy shown; cards, codes, exit and fire know nothing of it. What must be
// written is in package papers, and comes through the desk.
//
// Nothing here blocks the deciding loop: that publishes how the door is (Publish) and reads what
// was counted (Broken).
package compliance

import (
	"fmt"
	"time"

	"menshen/board/config"
	"menshen/board/dossier"
	"menshen/board/host"
	"menshen/board/notice"
	"menshen/board/outbox"
	"menshen/recognizer/eye"
	"menshen/store"
)

// Parts are what is counted, and by what.
type Parts struct {
	Config   *config.Config
	Vault    *store.Vault
	Out      outbox.Box
	Eye      func() (eye.Status, bool)            // of the eye; false: there is none
	Matching func() *dossier.Matching             // nil: no face can be known
	Damaged  func(error) error                    // takes damaged records as a fault
	Look     func(host.Where) (host.Facts, error) // nil: host.Look
}

// Keeper holds one unit to the law. All its methods may be called from any goroutine.
type Keeper struct {
	cfg      *config.Config
	vault    *store.Vault
	out      outbox.Box
	eye      func() (eye.Status, bool)
	matching func() *dossier.Matching
	damaged  func(error) error
	look     func(host.Where) (host.Facts, error)

	counted counted
	verdict verdict // the loop's own, in Broken
}

// New joins the parts. It counts nothing yet.
func New(p Parts) *Keeper {
	k := &Keeper{cfg: p.Config, vault: p.Vault, out: p.Out, eye: p.Eye, matching: p.Matching,
		damaged: p.Damaged, look: p.Look}
	k.counted.facts.Calendar = p.Config.Site.Calendar() // its zone is read from a file
	if k.look == nil {
		k.look = host.Look
	}
	if k.eye == nil {
		k.eye = func() (eye.Status, bool) { return eye.Status{}, false }
	}
	return k
}

func (k *Keeper) now() time.Time { return k.vault.Clock().Now }

// keepDecisions is how long access events are kept (R-RETAIN).
const keepDecisions = 90 * 24 * time.Hour

// NoticeFacts are what the site says of itself in its notice, sign and commitment.
func NoticeFacts(c *config.Config) notice.Facts {
	return notice.Facts{Place: c.Unit.Location, Door: c.Unit.Name, Handler: c.Unit.Handler, Contact: c.Unit.Contact,
		Access: keepDecisions, Acts: store.DefaultRetention.Acts, Asks: c.Challenge() != "never",
		Learns: c.Faces.Learn, OnCard: c.Faces.OnCard, Doors: c.Faces.Doors, Entries: c.Site.PassbackSite.D(),
		Infrared: c.Infrared.Source != ""}
}

// EnsureNotices writes the notices in force into the vault: the words of this version, with this
// site's facts.
func (k *Keeper) EnsureNotices() error {
	if !k.cfg.Faces.Enabled {
		return nil
	}
	for _, lang := range notice.Languages() {
		text, err := notice.Text(lang, NoticeFacts(k.cfg))
		if err != nil {
			return err
		}
		if now, _, err := k.vault.Notice(lang.Code()); err == nil && now == text {
			continue
		}
		if _, err := k.vault.PutNotice(store.Door, text, lang.Code()); err != nil {
			return fmt.Errorf("keeping the notice: %w", err)
		}
	}
	return nil
}
