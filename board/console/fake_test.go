package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// fakeDesk is a unit in memory. It keeps to the contract's letter: roles, sessions, the
// person's own card for a consent.
type fakeDesk struct {
	mu       sync.Mutex
	people   []policy.Person
	records  []desk.Record
	sessions map[uint64]desk.Session
	next     uint64
	log      []string    // what was asked of the desk, in order
	card     chan string // cards tapped at the door
	faces    chan string // advice, or "" for a good picture
	commit   *desk.Commitment
	badEntry uint64
	doorFail error

	readerFault string
}

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func newDesk() *fakeDesk {
	d := &fakeDesk{sessions: map[uint64]desk.Session{}, readerFault: "3 lost frames; check the cable",
		card: make(chan string, 8), faces: make(chan string, 8)}
	d.add("Li Na", "1204", "zh", policy.Credential{ID: "3f9a77aa01", Kind: policy.CardKind, Label: "grey fob",
		LastUsed: now.Add(-time.Hour)})
	d.add("Ana Souza", "1203", "en", policy.Credential{ID: "77aa3f9a02", Kind: policy.CardKind, Clonable: true})
	d.add("王小明", "302", "zh")
	d.records = []desk.Record{{Seq: 4711, Who: "Li Na", Told: "short and long, twice (tap a card)",
		Decision: policy.Decision{
			At: now, Means: policy.ByFace, Person: d.people[0].ID, Reason: "face too uncertain",
			Trace: []policy.Check{{Rule: "lease not over", Pass: true, Detail: "until 2027-01-31 00:00"},
				{Rule: "face known", Detail: "score 0.410 of 0.500"}},
		}}}
	return d
}

func (d *fakeDesk) add(name, apartment, lang string, keys ...policy.Credential) policy.Person {
	sum := sha256.Sum256([]byte(name))
	p := policy.Person{Name: policy.Private(name), Apartment: policy.Private(apartment), Lang: lang, Credentials: keys}
	copy(p.ID[:], sum[:])
	d.people = append(d.people, p)
	return p
}

func (d *fakeDesk) note(s string) { d.log = append(d.log, s) }

// calls is what was asked of the desk so far.
func (d *fakeDesk) calls() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.log...)
}

func (d *fakeDesk) LogIn(ctx context.Context, _ desk.LineName, name string, secret desk.Secret, lang i18n.Language,
	step desk.Progress) (desk.Session, error) {
	d.mu.Lock()
	d.note("log in " + name)
	role, known := map[string]desk.Role{"mei": desk.Manager, "tom": desk.Technician, "ida": desk.Installer,
		"aud": desk.Auditor, "two": desk.Manager}[name]
	d.mu.Unlock()
	if !known || string(secret) != "open sesame" {
		return desk.Session{}, desk.ErrRefused
	}
	if name == "two" {
		step(desk.Step{Text: "tap your own card at the reader"})
		select {
		case <-d.card:
		case <-ctx.Done():
			return desk.Session{}, context.Cause(ctx)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	s := desk.Session{ID: d.next, Operator: name, Role: role, Lang: lang, Since: now, Commitment: d.commit}
	d.sessions[s.ID] = s
	return s, nil
}

func (d *fakeDesk) LogOut(s desk.Session, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, s.ID)
	d.note("log out " + s.Operator + " " + why)
}

func (d *fakeDesk) Acknowledge(_ context.Context, s desk.Session) (desk.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note("acknowledge " + s.Commitment.Version)
	s.Commitment = nil
	d.sessions[s.ID] = s
	return s, nil
}

// enter checks the session and notes the call; the caller unlocks.
func (d *fakeDesk) enter(s desk.Session, call string, roles ...desk.Role) error {
	d.mu.Lock()
	d.note(call)
	in, ok := d.sessions[s.ID]
	switch {
	case !ok:
		return desk.ErrEnded
	case in.Commitment != nil:
		return desk.ErrNotAcknowledged
	}
	for _, r := range roles {
		if r == in.Role {
			return nil
		}
	}
	return desk.ErrNotAllowed
}

func (d *fakeDesk) index(id policy.PersonID) int {
	for i, p := range d.people {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func (d *fakeDesk) Find(_ context.Context, s desk.Session, words string) ([]policy.Person, error) {
	err := d.enter(s, "find", desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	var found []policy.Person
	for _, p := range d.people {
		in := strings.ToLower(p.Name.Reveal() + "\n" + p.Apartment.Reveal())
		if strings.Contains(in, strings.ToLower(words)) || strings.HasPrefix(hex.EncodeToString(p.ID[:]), words) {
			found = append(found, p)
		}
	}
	return found, nil
}

func (d *fakeDesk) AddPerson(_ context.Context, s desk.Session, n desk.Details) (policy.Person, error) {
	err := d.enter(s, "add", desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return policy.Person{}, err
	}
	p := d.add(n.Name.Reveal(), n.Apartment.Reveal(), n.Lang)
	i := len(d.people) - 1
	d.people[i].From, d.people[i].Until = n.From, n.Until
	d.people[i].Face.Minor = n.Minor
	return p, nil
}

func (d *fakeDesk) ChangePerson(_ context.Context, s desk.Session, id policy.PersonID,
	n desk.Details) (policy.Person, error) {
	err := d.enter(s, "change", desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return policy.Person{}, err
	}
	p := &d.people[d.index(id)]
	p.Name, p.Apartment, p.Lang, p.From, p.Until, p.Blocked = n.Name, n.Apartment, n.Lang, n.From, n.Until, n.Blocked
	p.Groups, p.Face.Minor, p.LongOpen = n.Groups, n.Minor, n.LongOpen
	return *p, nil
}

func (d *fakeDesk) RemovePerson(_ context.Context, s desk.Session, id policy.PersonID,
	reason string) (desk.Receipt, error) {
	err := d.enter(s, "remove: "+reason, desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return desk.Receipt{}, err
	}
	i := d.index(id)
	d.people = append(d.people[:i], d.people[i+1:]...)
	return desk.Receipt{At: now, What: "person", Serial: "E-7", Detail: "no block left; 2 files scanned"}, nil
}

func (d *fakeDesk) IssueCard(ctx context.Context, s desk.Session, id policy.PersonID, label string,
	step desk.Progress) (policy.Credential, error) {
	k, err := d.AssignCard(ctx, s, id, label, step)
	k.Clonable = false
	return k, err
}

func (d *fakeDesk) AssignCard(ctx context.Context, s desk.Session, id policy.PersonID, label string,
	step desk.Progress) (policy.Credential, error) {
	err := d.enter(s, "card", desk.Manager)
	d.mu.Unlock()
	if err != nil {
		return policy.Credential{}, err
	}
	step(desk.Step{Text: "tap the card at the door"})
	select {
	case n := <-d.card:
		d.mu.Lock()
		defer d.mu.Unlock()
		if n == "taken" {
			return policy.Credential{}, i18n.Problem(errors.New("that card belongs to another person"),
				i18n.Verbatim("tap another one"))
		}
		k := policy.Credential{ID: n, Kind: policy.CardKind, Label: label, Clonable: true}
		d.people[d.index(id)].Credentials = append(d.people[d.index(id)].Credentials, k)
		return k, nil
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		d.note("card given up")
		return policy.Credential{}, context.Cause(ctx)
	}
}

func (d *fakeDesk) PINLength(context.Context, desk.Session) (int, error) { return 4, nil }

func (d *fakeDesk) AssignPIN(_ context.Context, s desk.Session, id policy.PersonID, pin desk.Secret,
	_ bool) (policy.Credential, error) {
	err := d.enter(s, "pin", desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return policy.Credential{}, err
	}
	if len(pin) < 4 {
		return policy.Credential{}, i18n.Problem(errors.New("that PIN is too short"),
			i18n.Verbatim("take 4 to 8 digits"))
	}
	k := policy.Credential{ID: "aa11bb22", Kind: policy.PINKind}
	d.people[d.index(id)].Credentials = append(d.people[d.index(id)].Credentials, k)
	return k, nil
}

func (d *fakeDesk) RevokeCredential(_ context.Context, s desk.Session, id policy.PersonID,
	credentialID string) (desk.Receipt, error) {
	err := d.enter(s, "revoke "+credentialID, desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return desk.Receipt{}, err
	}
	p := &d.people[d.index(id)]
	r := desk.Receipt{At: now, What: "credential"}
	for i := range p.Credentials {
		p.Credentials[i].Revoked = p.Credentials[i].Revoked || p.Credentials[i].ID == credentialID
	}
	if p.Face.State == policy.FaceEnrolled {
		p.Face.State, r.FaceGone, r.Serial, r.Detail = policy.FaceWithdrawn, true, "E-8", "no block left"
	}
	return r, nil
}

const noticeText = "Handler: Harbour Homes, 021-5555 0100. Purpose: opening this door, nothing else. Your card " +
	"always works as well."

func (d *fakeDesk) Notice(_ context.Context, s desk.Session, lang string) (desk.Notice, error) {
	err := d.enter(s, "notice "+lang, desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	text := noticeText
	if lang == "zh" {
		text = "处理者：海港公寓，021-5555 0100。目的：仅用于开启本门。您的门禁卡始终有效。"
	}
	return desk.Notice{Lang: lang, Version: "3", Text: text, Hash: sha256.Sum256([]byte(text))}, err
}

func (d *fakeDesk) Consent(ctx context.Context, s desk.Session, g desk.ConsentGiven, step desk.Progress) error {
	err := d.enter(s, "consent "+hex.EncodeToString(g.Notice[:4])+" "+g.Guardian, desk.Manager)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	step(desk.Step{Text: "now tap your own card at the door"})
	select {
	case <-d.card:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[d.index(g.Person)].Face = policy.FaceConsent{State: policy.FaceConsented, At: now,
		Notice: g.Notice, Lang: g.Lang}
	return nil
}

func (d *fakeDesk) Refuse(_ context.Context, s desk.Session, id policy.PersonID) error {
	err := d.enter(s, "refuse", desk.Manager)
	defer d.mu.Unlock()
	if err == nil {
		d.people[d.index(id)].Face.State = policy.FaceRefused
	}
	return err
}

func (d *fakeDesk) Withdraw(_ context.Context, s desk.Session, id policy.PersonID) (desk.Receipt, error) {
	err := d.enter(s, "withdraw", desk.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return desk.Receipt{}, err
	}
	d.people[d.index(id)].Face.State = policy.FaceWithdrawn
	return desk.Receipt{At: now, What: "template", Serial: "E-9", Detail: "no block left; 2 files scanned"}, nil
}

func (d *fakeDesk) EnrolOnCard(ctx context.Context, s desk.Session, id policy.PersonID,
	step desk.Progress) (desk.Enrolment, error) {
	e, err := d.Enrol(ctx, s, id, step)
	if err == nil {
		step(desk.Step{Text: "hold your own card to the reader"})
	}
	return e, err
}

func (d *fakeDesk) Enrol(ctx context.Context, s desk.Session, id policy.PersonID,
	step desk.Progress) (desk.Enrolment, error) {
	err := d.enter(s, "enrol", desk.Manager)
	d.mu.Unlock()
	if err != nil {
		return desk.Enrolment{}, err
	}
	step(desk.Step{Text: "stand before the camera", Wanted: 3})
	for done := 0; done < 3; {
		select {
		case advice := <-d.faces:
			if advice == "" {
				done, advice = done+1, "good"
			}
			step(desk.Step{Text: advice, Done: done, Wanted: 3})
		case <-ctx.Done():
			return desk.Enrolment{}, context.Cause(ctx)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &d.people[d.index(id)]
	p.Face.State = policy.FaceEnrolled
	p.Occasions = append(p.Occasions, policy.Occasion{At: now, How: policy.TakenAtDesk})
	return desk.Enrolment{Pictures: 3, Occasions: len(p.Occasions), Score: 0.8}, nil
}

func (d *fakeDesk) Again(ctx context.Context, s desk.Session, c desk.ConsentGiven, step desk.Progress) error {
	return d.agree(ctx, s, "again", c, step, func(f *policy.FaceConsent) { f.Again = now.Add(policy.AgainFor) })
}

func (d *fakeDesk) Learn(ctx context.Context, s desk.Session, c desk.ConsentGiven, step desk.Progress) error {
	return d.agree(ctx, s, "learn", c, step, func(f *policy.FaceConsent) {
		f.Learns = policy.Learning{At: now, Notice: c.Notice}
	})
}

// agree waits for the person's own card.
func (d *fakeDesk) agree(ctx context.Context, s desk.Session, call string, c desk.ConsentGiven, step desk.Progress,
	to func(*policy.FaceConsent)) error {
	err := d.enter(s, call, desk.Manager)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	step(desk.Step{Text: "now tap your own card at the door"})
	select {
	case <-d.card:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	to(&d.people[d.index(c.Person)].Face)
	return nil
}

func (d *fakeDesk) NotAgain(_ context.Context, s desk.Session, id policy.PersonID) error {
	err := d.enter(s, "not again", desk.Manager)
	defer d.mu.Unlock()
	if err == nil {
		d.people[d.index(id)].Face.Again = time.Time{}
	}
	return err
}

// Drifted: a face has that is stored of two occasions.
func (d *fakeDesk) Drifted(_ context.Context, s desk.Session, id policy.PersonID) (bool, error) {
	err := d.enter(s, "drifted", desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	return err == nil && len(d.people[d.index(id)].Occasions) == 2, err
}

func (d *fakeDesk) StopLearning(_ context.Context, s desk.Session, id policy.PersonID) (desk.Receipt, error) {
	err := d.enter(s, "stop learning", desk.Manager)
	defer d.mu.Unlock()
	if err == nil {
		d.people[d.index(id)].Face.Learns = policy.Learning{}
	}
	return desk.Receipt{At: now, What: "learnt", Serial: "18", Detail: "0 blocks left"}, err
}

func (d *fakeDesk) OpenDoor(_ context.Context, s desk.Session, reason string) (policy.Decision, error) {
	err := d.enter(s, "open: "+reason, desk.Manager, desk.Technician)
	defer d.mu.Unlock()
	if err == nil {
		err = d.doorFail
	}
	return policy.Decision{At: now, Means: policy.ByConsole, Grant: true, Release: 5 * time.Second}, err
}

func (d *fakeDesk) Status(_ context.Context, s desk.Session) (desk.Status, error) {
	err := d.enter(s, "status", desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	return desk.Status{
		At: now, Unit: "block 3", Door: policy.Locked, People: len(d.people),
		FacesOff: "R-PIA", FacesFix: "file an impact assessment",
		Camera:    desk.Fact{Name: "camera", State: "640x480, 14 frames/s"},
		Store:     desk.Fact{Name: "store", State: "in order"},
		ClockFrom: "floor", ClockDoubt: "not trusted; set it with 'clock'",
		Readers: []desk.Fact{{Name: "reader in", State: "12 cards", Fault: d.readerFault}}, Uptime: time.Hour,
	}, err
}

func (d *fakeDesk) Decisions(_ context.Context, s desk.Session, n int) ([]desk.Record, error) {
	err := d.enter(s, "decisions", desk.Technician, desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	return d.records[:min(n, len(d.records))], err
}

func (d *fakeDesk) Why(_ context.Context, s desk.Session, seq uint64) (desk.Record, error) {
	err := d.enter(s, "why", desk.Technician, desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	for _, r := range d.records {
		if r.Seq == seq && err == nil {
			return r, nil
		}
	}
	return desk.Record{}, errors.Join(err, desk.ErrNoRecord)
}

func (d *fakeDesk) VerifyAudit(_ context.Context, s desk.Session) (desk.AuditState, error) {
	err := d.enter(s, "verify", desk.Technician, desk.Manager, desk.Auditor)
	defer d.mu.Unlock()
	return desk.AuditState{Entries: 812, OK: d.badEntry == 0, FirstBad: d.badEntry, Problem: "the chain breaks",
		Signed: now}, err
}
