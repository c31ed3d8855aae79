package desk

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"menshen/board/outbox"
	"menshen/board/rights"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
)

// copyWork is the scrypt work factor (2^n) of a copy's passphrase: 32 MiB and a moment on a small
// board. The passphrase has 80 random bits, so that it need not be slow.
const copyWork = 15

// Stored gives all that is stored about a person (R-RIGHTS).
func (d *Desk) Stored(ctx context.Context, s Session, id policy.PersonID) (rights.Page, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return rights.Page{}, err
	}
	if err := d.recordAnswer(ctx, audit.OwnPageShown, by, id); err != nil {
		return rights.Page{}, err
	}
	return d.ownPage(id, s.Lang)
}

// Copy writes what [Desk.Stored] gives as a page to print, in the person's language, encrypted
// for the holder of an age key, or with a new passphrase where recipient is empty. The file is
// deleted after [outbox.CopyKept].
func (d *Desk) Copy(ctx context.Context, s Session, id policy.PersonID, recipient string) (Copy, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return Copy{}, err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return Copy{}, explain(err)
	}
	to, passphrase, err := recipientFor(recipient)
	if err != nil {
		return Copy{}, err
	}
	if err := d.recordAnswer(ctx, audit.OwnPageCopied, by, id); err != nil {
		return Copy{}, err
	}
	page, err := d.ownPage(id, catalogue.In(p.Lang))
	if err != nil {
		return Copy{}, err
	}
	sheet := rights.Sheet{Lang: catalogue.In(p.Lang), At: d.now().In(d.cfg.Site.Location()), Door: d.cfg.Unit.Name,
		Handler: d.cfg.Unit.Handler, Contact: d.cfg.Unit.Contact, Page: page}
	html, err := sheet.HTML()
	if err != nil {
		return Copy{}, err
	}
	path, err := d.out.WriteCopy(d.now(), id, func(w io.Writer) error {
		sealed, err := age.Encrypt(w, to)
		if err != nil {
			return err
		}
		b := bufio.NewWriter(sealed)
		_, err = b.WriteString(html)
		return errors.Join(err, b.Flush(), sealed.Close())
	})
	return Copy{Path: path, Until: d.now().Add(outbox.CopyKept), Passphrase: passphrase}, err
}

// recordAnswer records that a person's page is made, before it is: the page then shows this too.
func (d *Desk) recordAnswer(ctx context.Context, what audit.Kind, by store.Actor, id policy.PersonID) error {
	if _, err := d.vault.Person(id); err != nil {
		return explain(err)
	}
	_, err := d.vault.Record(ctx, store.Entry{At: d.now(), Kind: what, Actor: by, Person: id, Door: d.cfg.Unit.Name})
	return err
}

// recipientFor says who can read a copy: the holder of an age key, or
// of a passphrase that it makes.
func recipientFor(recipient string) (age.Recipient, Secret, error) {
	if recipient != "" {
		to, err := age.ParseX25519Recipient(recipient)
		if err != nil {
			return nil, nil, i18n.Problem(i18n.E("desk.not-an-age-key", "that is not an age public key"),
				i18n.M("desk.age-key-or-passphrase",
					"it begins with age1; leave it out, and a passphrase is made instead"))
		}
		return to, nil, nil
	}
	raw := make([]byte, 10)
	rand.Read(raw)
	digits := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	passphrase := strings.Join([]string{digits[:4], digits[4:8], digits[8:12], digits[12:]}, "-")
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, nil, fmt.Errorf("making a passphrase: %w", err)
	}
	to.SetWorkFactor(copyWork)
	return to, Secret(passphrase), nil
}

// madeOf is what the record of a decision keeps of it; nil: nothing that this program can read.
func madeOf(e store.Entry) *policy.Attempt {
	f, err := facts.Decode(e.Facts)
	if err != nil {
		return nil
	}
	a := f.Attempt(e.Door, e.Means, facts.Settings{})
	return &a
}

// ownPage gathers all that is stored about a person, in words of a language.
func (d *Desk) ownPage(id policy.PersonID, lang i18n.Language) (rights.Page, error) {
	p, err := d.vault.Person(id)
	if err != nil {
		return rights.Page{}, explain(err)
	}
	page := rights.Page{Person: p}
	names, err := d.actors(lang)
	if err != nil {
		return rights.Page{}, err
	}
	taken := time.Time{}
	err = d.vault.History(id, func(e store.Entry) error {
		if e.Kind == audit.Decision {
			x := policy.Decision{At: e.At, Door: e.Door, Means: e.Means, Person: id, CredentialID: e.CredentialID,
				Grant: e.Grant, Reason: e.Reason, Trace: e.Trace, Visit: e.Visit(),
				Outputs: e.Outputs}
			page.Decisions = append(page.Decisions,
				rights.Decision{Seq: e.Seq, Decision: x, Told: d.signalled(x, lang), Of: madeOf(e)})
			return nil
		}
		if e.Kind == audit.FaceEnrolled {
			taken = e.At
		}
		who := names[e.Actor]
		if who == "" {
			who = lang.Say(i18n.M("desk.account-gone", "an account that is gone"))
		}
		page.Acts = append(page.Acts, rights.Done{At: e.At, By: who, What: lang.Say(rights.Act(e.Kind, e.Detail))})
		return nil
	})
	if err = d.unit.RecordDamage(err); err != nil {
		return rights.Page{}, err
	}
	if err := d.storedFace(&page, taken, lang); err != nil {
		return rights.Page{}, err
	}
	if err := d.storedBefore(&page, lang); err != nil {
		return rights.Page{}, err
	}
	return page, d.storedPasses(&page, lang)
}

// storedBefore adds what is kept of the person's details from before an import.
func (d *Desk) storedBefore(page *rights.Page, lang i18n.Language) error {
	was, kept, err := d.vault.BeforeImport(page.Person.ID)
	if err != nil || !kept {
		return err
	}
	zone := d.cfg.Site.Location()
	all := []string{was.Name.Reveal(), was.Apartment.Reveal(), was.Lang, strings.Join(was.Groups, " ")}
	for _, t := range []time.Time{was.From, was.Until} {
		if !t.IsZero() {
			all = append(all, t.In(zone).Format("2006-01-02 15:04"))
		}
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	page.Stored = append(page.Stored, rights.Fact{
		Name:  lang.Say(i18n.M("desk.before-import", "your details before a list was imported, kept for a day or two")),
		State: strings.Join(all, ", ")})
	return nil
}

// actors names those who did something: operators by their log-in name, and the unit itself.
func (d *Desk) actors(lang i18n.Language) (map[store.Actor]string, error) {
	all, err := d.vault.Operators()
	if err != nil {
		return nil, fmt.Errorf("reading the operators: %w", err)
	}
	names := map[store.Actor]string{store.Door: lang.Say(i18n.M("desk.unit-itself", "the unit itself"))}
	for _, o := range all {
		names[store.Actor(o.ID)] = o.Name
	}
	return names, nil
}

// storedFace adds what is stored of the face: how much, since when, on
// which consent; never the vectors.
func (d *Desk) storedFace(page *rights.Page, taken time.Time, lang i18n.Language) error {
	p := page.Person
	add := func(name i18n.Message, state string) {
		page.Stored = append(page.Stored, rights.Fact{Name: lang.Say(name), State: state})
	}
	n, size := 0, 0
	err := d.vault.Templates(func(id policy.PersonID, rows [][]float32) error {
		if id == p.ID && len(rows) > 0 {
			n, size = len(rows), len(rows[0])
		}
		return nil
	})
	zone := d.cfg.Site.Location()
	switch locked := errors.Is(err, store.ErrFacesLocked); {
	case err != nil && !locked && d.unit.RecordDamage(err) != nil:
		return err
	case p.Face.OnCard:
		add(i18n.M("desk.template", "template"),
			lang.Say(i18n.M("desk.template-on-card",
				"on your own card, and not here; here is a key that opens it with the card")))
	case locked && p.Face.State == policy.FaceEnrolled:
		add(i18n.M("desk.template", "template"),
			lang.Say(i18n.M("desk.template-locked", "stored, behind the passphrase of the faces")))
	case n == 0:
		add(i18n.M("desk.template", "template"), lang.Say(i18n.M("desk.none", "none")))
	default:
		state := lang.Say(i18n.M("desk.template-size", "%d of %d numbers each", n, size))
		if !taken.IsZero() && len(p.Occasions) == 0 {
			state += lang.Say(i18n.M("desk.template-taken", ", taken %s", taken.In(zone).Format("2006-01-02 15:04")))
		}
		add(i18n.M("desk.template", "template"), state)
	}
	for _, o := range p.Occasions {
		add(i18n.M("desk.face-taken", "face taken"), lang.Say(Occasion(o, zone)))
	}
	if d.now().Before(p.Face.Again) {
		add(i18n.M("desk.asked-again", "asked to look once more, after your card, until"),
			p.Face.Again.In(zone).Format("2006-01-02"))
	}
	if l := p.Face.Learns; !l.At.IsZero() {
		add(i18n.M("desk.consent-to-learning", "consent to learning from visits"),
			lang.Say(i18n.M("desk.learning-since", "%s, to the notice of version %x",
				l.At.In(zone).Format("2006-01-02 15:04"), l.Notice[:4])))
	}
	if hash := p.Face.Notice; hash != [32]byte{} {
		text, in, err := d.vault.NoticeByHash(hash)
		if err != nil {
			return fmt.Errorf("reading the notice that was agreed to: %w", err)
		}
		page.Notice = text
		add(i18n.M("desk.consent", "consent"), lang.Say(i18n.M("desk.consent-to-notice",
			"%s, to the notice in %q, version %x (SHA-256 %x)",
			p.Face.At.In(zone).Format("2006-01-02 15:04"), in, hash[:4], hash)))
	}
	add(i18n.M("desk.encryption", "encryption"), lang.Say(i18n.M("desk.own-key",
		"all of this is encrypted with a key of your own, which is destroyed when you are erased")))
	add(i18n.M("desk.backups", "backups"), lang.Say(i18n.M("desk.backups-may-hold-it",
		"backups that the manager made may hold it too; only the manager's key reads them")))
	return nil
}

// storedPasses adds the passes that the person gave to visitors.
func (d *Desk) storedPasses(page *rights.Page, lang i18n.Language) error {
	all, err := d.vault.Passes()
	if err = d.unit.RecordDamage(err); err != nil {
		return err
	}
	zone := d.cfg.Site.Location()
	for _, p := range all {
		if p.Host != page.Person.ID {
			continue
		}
		state := lang.Say(i18n.M("desk.pass-used", "%s to %s, used %d of %d times",
			p.From.In(zone).Format("2006-01-02 15:04"), p.Until.In(zone).Format("2006-01-02 15:04"), p.Spent(), p.Uses))
		if p.Revoked {
			state += lang.Say(i18n.M("desk.pass-revoked", ", revoked"))
		}
		page.Stored = append(page.Stored, rights.Fact{Name: lang.Say(i18n.M("desk.pass-from-you",
			"visitor's pass from you")), State: state})
	}
	return nil
}
