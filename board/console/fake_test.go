package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"menshen/board/console"
	"menshen/policy"
)

// fakeDesk is a unit in memory. It keeps to the contract's letter: roles, sessions, the person's own card for a consent.
type fakeDesk struct {
	mu       sync.Mutex
	people   []policy.Person
	records  []console.Record
	sessions map[uint64]console.Session
	next     uint64
	log      []string    // what was asked of the desk, in order
	card     chan string // cards tapped at the door
	faces    chan string // advice, or "" for a good picture
	commit   *console.Commitment
	badEntry uint64
	doorFail error

	readerFault string
}

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func newDesk() *fakeDesk {
	d := &fakeDesk{sessions: map[uint64]console.Session{}, readerFault: "3 lost frames; check the cable", card: make(chan string, 8), faces: make(chan string, 8)}
	d.add("Li Na", "1204", "zh", policy.Credential{ID: "3f9a77aa01", Kind: policy.CardKind, Label: "grey fob", LastUsed: now.Add(-time.Hour)})
	d.add("Ana Souza", "1203", "en", policy.Credential{ID: "77aa3f9a02", Kind: policy.CardKind, Clonable: true})
	d.add("王小明", "302", "zh")
	d.records = []console.Record{{Seq: 4711, Who: "Li Na", Told: "short and long, twice (tap a card)", Decision: policy.Decision{
		At: now, Means: policy.ByFace, Person: d.people[0].ID, Reason: "face too uncertain",
		Trace: []policy.Check{{Rule: "lease not over", Pass: true, Detail: "until 2027-01-31 00:00"}, {Rule: "face known", Detail: "score 0.410 of 0.500"}},
	}}}
	return d
}

func (d *fakeDesk) add(name, apartment, lang string, keys ...policy.Credential) policy.Person {
	sum := sha256.Sum256([]byte(name))
	p := policy.Person{Name: policy.Private(name), Apartment: policy.Private(apartment), Lang: lang, Keys: keys}
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

func (d *fakeDesk) LogIn(ctx context.Context, _ console.LineName, name string, secret console.Secret, lang string, step console.Progress) (console.Session, error) {
	d.mu.Lock()
	d.note("log in " + name)
	role, known := map[string]console.Role{"mei": console.Manager, "tom": console.Technician, "ida": console.Installer, "aud": console.Auditor, "two": console.Manager}[name]
	d.mu.Unlock()
	if !known || string(secret) != "open sesame" {
		return console.Session{}, console.ErrRefused
	}
	if name == "two" {
		step(console.Step{Text: "tap your own card at the reader"})
		select {
		case <-d.card:
		case <-ctx.Done():
			return console.Session{}, context.Cause(ctx)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	s := console.Session{ID: d.next, Operator: name, Role: role, Lang: lang, Since: now, Commitment: d.commit}
	d.sessions[s.ID] = s
	return s, nil
}

func (d *fakeDesk) LogOut(s console.Session, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, s.ID)
	d.note("log out " + s.Operator + " " + why)
}

func (d *fakeDesk) Acknowledge(_ context.Context, s console.Session) (console.Session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note("acknowledge " + s.Commitment.Version)
	s.Commitment = nil
	d.sessions[s.ID] = s
	return s, nil
}

// enter checks the session and notes the call; the caller unlocks.
func (d *fakeDesk) enter(s console.Session, call string, roles ...console.Role) error {
	d.mu.Lock()
	d.note(call)
	in, ok := d.sessions[s.ID]
	switch {
	case !ok:
		return console.ErrEnded
	case in.Commitment != nil:
		return console.ErrNotAcknowledged
	}
	for _, r := range roles {
		if r == in.Role {
			return nil
		}
	}
	return console.ErrNotAllowed
}

func (d *fakeDesk) index(id policy.PersonID) int {
	for i, p := range d.people {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func (d *fakeDesk) Find(_ context.Context, s console.Session, words string) ([]policy.Person, error) {
	err := d.enter(s, "find", console.Manager, console.Auditor)
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

func (d *fakeDesk) AddPerson(_ context.Context, s console.Session, n console.Details) (policy.Person, error) {
	err := d.enter(s, "add", console.Manager)
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

func (d *fakeDesk) ChangePerson(_ context.Context, s console.Session, id policy.PersonID, n console.Details) (policy.Person, error) {
	err := d.enter(s, "change", console.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return policy.Person{}, err
	}
	p := &d.people[d.index(id)]
	p.Name, p.Apartment, p.Lang, p.From, p.Until, p.Blocked = n.Name, n.Apartment, n.Lang, n.From, n.Until, n.Blocked
	p.Groups, p.Face.Minor, p.LongOpen = n.Groups, n.Minor, n.LongOpen
	return *p, nil
}

func (d *fakeDesk) RemovePerson(_ context.Context, s console.Session, id policy.PersonID, reason string) (console.Receipt, error) {
	err := d.enter(s, "remove: "+reason, console.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return console.Receipt{}, err
	}
	i := d.index(id)
	d.people = append(d.people[:i], d.people[i+1:]...)
	return console.Receipt{At: now, What: "person", Serial: "E-7", Detail: "no block left; 2 files scanned"}, nil
}

func (d *fakeDesk) IssueCard(ctx context.Context, s console.Session, id policy.PersonID, label string, step console.Progress) (policy.Credential, error) {
	k, err := d.AssignCard(ctx, s, id, label, step)
	k.Clonable = false
	return k, err
}

func (d *fakeDesk) AssignCard(ctx context.Context, s console.Session, id policy.PersonID, label string, step console.Progress) (policy.Credential, error) {
	err := d.enter(s, "card", console.Manager)
	d.mu.Unlock()
	if err != nil {
		return policy.Credential{}, err
	}
	step(console.Step{Text: "tap the card at the door"})
	select {
	case n := <-d.card:
		d.mu.Lock()
		defer d.mu.Unlock()
		if n == "taken" {
			return policy.Credential{}, &console.Problem{Err: errors.New("that card is somebody's already"), Remedy: "tap a card that is nobody's yet"}
		}
		k := policy.Credential{ID: n, Kind: policy.CardKind, Label: label, Clonable: true}
		d.people[d.index(id)].Keys = append(d.people[d.index(id)].Keys, k)
		return k, nil
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		d.note("card given up")
		return policy.Credential{}, context.Cause(ctx)
	}
}

func (d *fakeDesk) PINLength(context.Context, console.Session) (int, error) { return 4, nil }

func (d *fakeDesk) AssignPIN(_ context.Context, s console.Session, id policy.PersonID, pin console.Secret, _ bool) (policy.Credential, error) {
	err := d.enter(s, "pin", console.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return policy.Credential{}, err
	}
	if len(pin) < 4 {
		return policy.Credential{}, &console.Problem{Err: errors.New("that PIN is too short"), Remedy: "take 4 to 8 digits"}
	}
	k := policy.Credential{ID: "aa11bb22", Kind: policy.PINKind}
	d.people[d.index(id)].Keys = append(d.people[d.index(id)].Keys, k)
	return k, nil
}

func (d *fakeDesk) RevokeKey(_ context.Context, s console.Session, id policy.PersonID, key string) (console.Receipt, error) {
	err := d.enter(s, "revoke "+key, console.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return console.Receipt{}, err
	}
	p := &d.people[d.index(id)]
	r := console.Receipt{At: now, What: "credential"}
	for i := range p.Keys {
		p.Keys[i].Revoked = p.Keys[i].Revoked || p.Keys[i].ID == key
	}
	if p.Face.State == policy.FaceEnrolled {
		p.Face.State, r.FaceGone, r.Serial, r.Detail = policy.FaceWithdrawn, true, "E-8", "no block left"
	}
	return r, nil
}

const noticeText = "Handler: Harbour Homes, 021-5555 0100. Purpose: opening this door, nothing else. Your card always works as well."

func (d *fakeDesk) Notice(_ context.Context, s console.Session, lang string) (console.Notice, error) {
	err := d.enter(s, "notice "+lang, console.Manager, console.Auditor)
	defer d.mu.Unlock()
	text := noticeText
	if lang == "zh" {
		text = "处理者：海港公寓，021-5555 0100。目的：仅用于开启本门。您的门禁卡始终有效。"
	}
	return console.Notice{Lang: lang, Version: "3", Text: text, Hash: sha256.Sum256([]byte(text))}, err
}

func (d *fakeDesk) Consent(ctx context.Context, s console.Session, g console.ConsentGiven, step console.Progress) error {
	err := d.enter(s, "consent "+hex.EncodeToString(g.Notice[:4])+" "+g.Guardian, console.Manager)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	step(console.Step{Text: "now tap your own card at the door"})
	select {
	case <-d.card:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[d.index(g.Person)].Face = policy.FaceConsent{State: policy.FaceConsented, At: now, Notice: g.Notice, Lang: g.Lang}
	return nil
}

func (d *fakeDesk) Refuse(_ context.Context, s console.Session, id policy.PersonID) error {
	err := d.enter(s, "refuse", console.Manager)
	defer d.mu.Unlock()
	if err == nil {
		d.people[d.index(id)].Face.State = policy.FaceRefused
	}
	return err
}

func (d *fakeDesk) Withdraw(_ context.Context, s console.Session, id policy.PersonID) (console.Receipt, error) {
	err := d.enter(s, "withdraw", console.Manager)
	defer d.mu.Unlock()
	if err != nil {
		return console.Receipt{}, err
	}
	d.people[d.index(id)].Face.State = policy.FaceWithdrawn
	return console.Receipt{At: now, What: "template", Serial: "E-9", Detail: "no block left; 2 files scanned"}, nil
}

func (d *fakeDesk) Enrol(ctx context.Context, s console.Session, id policy.PersonID, step console.Progress) (console.Enrolment, error) {
	err := d.enter(s, "enrol", console.Manager)
	d.mu.Unlock()
	if err != nil {
		return console.Enrolment{}, err
	}
	step(console.Step{Text: "stand before the camera", Wanted: 3})
	for done := 0; done < 3; {
		select {
		case advice := <-d.faces:
			if advice == "" {
				done, advice = done+1, "good"
			}
			step(console.Step{Text: advice, Done: done, Wanted: 3})
		case <-ctx.Done():
			return console.Enrolment{}, context.Cause(ctx)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[d.index(id)].Face.State = policy.FaceEnrolled
	return console.Enrolment{Pictures: 3, Score: 0.8}, nil
}

func (d *fakeDesk) OpenDoor(_ context.Context, s console.Session, reason string) (policy.Decision, error) {
	err := d.enter(s, "open: "+reason, console.Manager, console.Technician)
	defer d.mu.Unlock()
	if err == nil {
		err = d.doorFail
	}
	return policy.Decision{At: now, Means: policy.ByConsole, Grant: true, Release: 5 * time.Second}, err
}

func (d *fakeDesk) Status(_ context.Context, s console.Session) (console.Status, error) {
	err := d.enter(s, "status", console.Installer, console.Technician, console.Manager, console.Auditor)
	defer d.mu.Unlock()
	return console.Status{
		At: now, Unit: "block 3", Door: policy.Locked, People: len(d.people), FacesOff: "R-PIA", FacesFix: "file an impact assessment",
		Camera: console.Fact{Name: "camera", State: "640x480, 14 frames/s"}, Store: console.Fact{Name: "store", State: "in order"},
		ClockFrom: "floor", ClockDoubt: "not trusted; set it with 'clock'", Readers: []console.Fact{{Name: "reader in", State: "12 cards", Fault: d.readerFault}}, Uptime: time.Hour,
	}, err
}

func (d *fakeDesk) Decisions(_ context.Context, s console.Session, n int) ([]console.Record, error) {
	err := d.enter(s, "decisions", console.Technician, console.Manager, console.Auditor)
	defer d.mu.Unlock()
	return d.records[:min(n, len(d.records))], err
}

func (d *fakeDesk) Why(_ context.Context, s console.Session, seq uint64) (console.Record, error) {
	err := d.enter(s, "why", console.Technician, console.Manager, console.Auditor)
	defer d.mu.Unlock()
	for _, r := range d.records {
		if r.Seq == seq && err == nil {
			return r, nil
		}
	}
	return console.Record{}, errors.Join(err, console.ErrNoRecord)
}

func (d *fakeDesk) VerifyAudit(_ context.Context, s console.Session) (console.AuditState, error) {
	err := d.enter(s, "verify", console.Technician, console.Manager, console.Auditor)
	defer d.mu.Unlock()
	return console.AuditState{Entries: 812, OK: d.badEntry == 0, FirstBad: d.badEntry, Problem: "the chain breaks", Signed: now}, err
}
