package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"menshen/board/compliance"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// Incidents gives all incidents, the oldest first.
func (d *Desk) Incidents(_ context.Context, s Session) ([]papers.Incident, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	f, err := d.law.File()
	if err != nil {
		return nil, fmt.Errorf("reading the papers: %w", err)
	}
	return f.Incidents, nil
}

// OpenIncident opens an incident, noticed now, with its figures from the vault.
func (d *Desk) OpenIncident(ctx context.Context, s Session, what string) (papers.Incident, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return papers.Incident{}, err
	}
	i := papers.Incident{ID: papers.NewID(), Noticed: d.now(), What: notice.Words{EN: what}}
	if s.Lang.Code() == "zh" {
		i.What = notice.Words{ZH: what}
	}
	if i.People, i.Kinds, err = d.countHeld(); err != nil {
		return i, err
	}
	return i, d.filePaper(ctx, by, papers.KindIncident, i)
}

// countHeld counts the people of whom the vault holds data, and names the kinds of data.
func (d *Desk) countHeld() (n int, kinds []notice.Kind, err error) {
	people, err := d.vault.People()
	if err != nil && !errors.Is(err, store.ErrCorrupt) { // damaged records are left out of the count
		return 0, nil, fmt.Errorf("counting the people: %w", err)
	}
	faces, err := d.vault.WithFace()
	if err != nil {
		return 0, nil, fmt.Errorf("counting the faces: %w", err)
	}
	if len(faces) > 0 {
		kinds = append(kinds, notice.KindFaces)
	}
	if len(people) > 0 {
		kinds = append(kinds, notice.KindPeople, notice.KindEntries)
	}
	if slices.ContainsFunc(people, func(p policy.Person) bool { return len(p.Credentials) > 0 }) {
		kinds = append(kinds, notice.KindCards)
	}
	return len(people), append(kinds, notice.KindStaff), nil
}

// ChangeIncident files an incident again with what f changed. It is closed only after the people
// affected and the authority were told.
func (d *Desk) ChangeIncident(ctx context.Context, s Session, id string,
	f func(*papers.Incident)) (papers.Incident, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return papers.Incident{}, err
	}
	was, err := d.incident(s, id)
	if err != nil {
		return was, err
	}
	if !was.Open() {
		return was, i18n.Problem(i18n.E("desk.incident-closed", "this incident is closed"),
			i18n.M("desk.open-new-one", "open a new one"))
	}
	i := was
	i.Kinds = slices.Clone(was.Kinds)
	f(&i)
	i.ID = was.ID
	if !i.Closed.IsZero() && (i.ToldPeople.IsZero() || i.ToldAuthority.IsZero()) {
		return was, i18n.Problem(i18n.E("desk.not-told-yet",
			"the people affected and the authority have not been told"),
			i18n.M("desk.send-letters", "send both letters, and record when you did"))
	}
	return i, d.filePaper(ctx, by, papers.KindIncident, i)
}

func (d *Desk) incident(s Session, id string) (papers.Incident, error) {
	f, err := d.law.File()
	if err != nil {
		return papers.Incident{}, fmt.Errorf("reading the papers: %w", err)
	}
	i, ok := f.Incident(id)
	if !ok {
		return i, i18n.Problem(i18n.E("desk.no-such-incident", "there is no such incident"),
			i18n.M("desk.see-incidents", "'incident' lists them"))
	}
	return i, nil
}

// Letters writes the letters of an incident into the unit's out folder, and gives their paths.
func (d *Desk) Letters(_ context.Context, s Session, id string) (paths []string, err error) {
	if _, err := d.allow(s, KeepsPeople); err != nil {
		return nil, err
	}
	i, err := d.incident(s, id)
	if err != nil {
		return nil, err
	}
	zone := d.cfg.Site.Location()
	i.Noticed = i.Noticed.In(zone)
	if !i.Happened.IsZero() {
		i.Happened = i.Happened.In(zone)
	}
	facts := i.Letter(compliance.NoticeFacts(d.cfg), d.now().In(zone))
	if gaps := facts.Missing(); !gaps.IsZero() {
		return nil, i18n.Problem(i18n.E("desk.letter-incomplete", "the letter still lacks: %v", gaps),
			i18n.M("desk.complete-letter", "'incident write %s' asks for each of them", id))
	}
	for _, lang := range notice.Languages() {
		for _, to := range []struct {
			whom  string
			write func(i18n.Language, notice.Incident) (notice.Letter, error)
		}{{"people", notice.LetterPeople}, {"authority", notice.LetterAuthority}} {
			letter, err := to.write(lang, facts)
			if err != nil {
				return nil, err
			}
			for ending, text := range map[string]string{".html": letter.HTML, ".txt": letter.Text} {
				path, err := d.writeOut("incident-"+id+"-"+to.whom+"-"+lang.Code(), ending, func(w io.Writer) error {
					_, err := io.WriteString(w, text)
					return err
				})
				if err != nil {
					return nil, err
				}
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths, nil
}
