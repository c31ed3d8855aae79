package papers

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"menshen/board/commission"
	"menshen/board/notice"
	"menshen/policy"
)

// The kinds. Commissioning reports are package check's.
const (
	KindAssessment    = "assessment"
	KindSign          = "sign"
	KindIncident      = "incident"
	KindFiling        = "filing"
	KindRequest       = "request"
	KindInquiry       = "inquiry"
	KindCommissioning = commission.PaperKind
)

// Assessment is a personal-information protection impact assessment, in its four parts, with
// the person responsible for it.
type Assessment struct {
	Author    string            `json:"author"`
	Necessity string            `json:"necessity"`
	Impact    string            `json:"impact"`
	Risks     string            `json:"risks"`
	Measures  string            `json:"measures"`
	Until     time.Time         `json:"until"`           // valid until then
	Basis     map[string]string `json:"basis,omitempty"` // the settings that were assessed

	Seq uint64    `json:"-"` // its number
	At  time.Time `json:"-"` // when it was put on file
}

// Changed names the settings that are not what was assessed, sorted.
func (a Assessment) Changed(now map[string]string) []string {
	changed := map[string]bool{}
	for k, v := range now {
		if was, ok := a.Basis[k]; !ok || was != v {
			changed[k] = true
		}
	}
	for k := range a.Basis {
		if _, ok := now[k]; !ok {
			changed[k] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

// Sign says that staff saw the sign at a door's camera.
type Sign struct {
	Door string `json:"door"`
}

// Incident is a suspected leak. Its words are the site's; its figures are the vault's,
// unless the site corrects them.
type Incident struct {
	ID       string        `json:"id"`
	Noticed  time.Time     `json:"noticed"`
	Happened time.Time     `json:"happened,omitzero"` // zero: not known
	People   int           `json:"people"`            // how many may be concerned
	Kinds    []notice.Kind `json:"kinds"`
	What     notice.Words  `json:"what"`
	Effect   notice.Words  `json:"effect"` // what it may mean for those affected
	Taken    notice.Words  `json:"taken"`  // measures
	Planned  notice.Words  `json:"planned"`

	ToldPeople    time.Time `json:"told_people,omitzero"`
	ToldAuthority time.Time `json:"told_authority,omitzero"`
	Closed        time.Time `json:"closed,omitzero"`

	Opened time.Time `json:"-"` // when its first paper was filed
}

// Letter is the incident as its letters say it.
func (i Incident) Letter(site notice.Facts, written time.Time) notice.Incident {
	return notice.Incident{
		Number: i.ID, Handler: site.Handler, Contact: site.Contact, Place: site.Place, Written: written,
		Noticed: i.Noticed, Happened: i.Happened, People: i.People, Kinds: i.Kinds,
		What: i.What, Effect: i.Effect, Taken: i.Taken, Planned: i.Planned,
	}
}

// Due is by when people and authority must have been told.
func (i Incident) Due() time.Time { return notice.Incident{Noticed: i.Noticed, People: i.People}.Due() }

// Open reports whether something is left to do.
func (i Incident) Open() bool { return i.Closed.IsZero() }

// Faces is how many people have a face stored, as a door can count them.
type Faces struct {
	Here  int
	Site  int  // at this door or another of its site, each person once; of a door of no site: as Here
	Doors bool // it is a door of a site
}

// Filing is what a site reported of its number of faces, or filed.
type Filing struct {
	Elsewhere int       `json:"elsewhere"`           // people with a face only at doors that tell this one nothing
	Outside   bool      `json:"outside,omitempty"`   // Elsewhere was put down at a door of a site
	Reached   time.Time `json:"reached,omitzero"`    // of R-FILING's number; zero: it is not
	Filed     time.Time `json:"filed,omitzero"`      // when it was filed; zero: it is not
	Authority string    `json:"authority,omitempty"` // with which
	Number    string    `json:"number,omitempty"`    // under which number
	Handler   string    `json:"handler,omitempty"`   // named as responsible; a change is filed too
}

// Others is how many people have a face only at doors that tell this one nothing. What staff put
// down before the doors of the site told each other is not counted again.
func (f *Filing) Others(n Faces) int {
	if n.Doors && !f.Outside {
		return 0
	}
	return f.Elsewhere
}

// All is how many people have a face, over all doors.
func (f *Filing) All(n Faces) int { return n.Site + f.Others(n) }

// Count notes when the number of people with a face, over all doors, reached policy.FilingAt, and
// that it fell below again. It reports whether that changed anything.
func (f *Filing) Count(n Faces, now time.Time) (changed bool) {
	reached := f.All(n) >= policy.FilingAt
	if reached != f.Reached.IsZero() {
		return false
	}
	f.Reached = time.Time{}
	if reached {
		f.Reached = now
	}
	return true
}

// Request is what a person asked about their data.
type Request struct {
	ID     string    `json:"id"`
	Asked  time.Time `json:"asked"`
	What   string    `json:"what"` // one of Asks
	Who    string    `json:"who"`  // the person's handle, or how to reach who has none
	Done   time.Time `json:"done,omitzero"`
	Answer string    `json:"answer,omitempty"`
}

// Asks are the rights that a request can be about (PIPL 44 to 50).
var Asks = []string{"see", "copy", "correct", "delete", "explain", "other"}

// Inquiry is what a manager found out when a person was asked again after
// a refusal, and did about it.
type Inquiry struct {
	What string `json:"what"`
}

// Paper is one on file, as the vault gives it.
type Paper struct {
	Seq  uint64
	Kind string
	At   time.Time
	Body []byte
}

// File is what holds now.
type File struct {
	Assessments []Assessment         // oldest first; the last one counts
	Signs       map[string]time.Time // by door, when it was last seen
	Incidents   []Incident           // in the order in which they were opened
	Filing      Filing
	Requests    []Request // in the order in which they came
	Inquired    time.Time // the last inquiry
	Tested      time.Time // when the last commissioning passed; zero: it did not, or there is none
	ExitByHand  bool      // at it, the door opened from inside by hand, without power
	checked     time.Time // the last commissioning
}

// Assessment is the one that counts; the zero one when there is none.
func (f File) Assessment() Assessment {
	if n := len(f.Assessments); n > 0 {
		return f.Assessments[n-1]
	}
	return Assessment{}
}

// Incident finds one by its ID.
func (f File) Incident(id string) (Incident, bool) {
	i := slices.IndexFunc(f.Incidents, func(i Incident) bool { return i.ID == id })
	if i < 0 {
		return Incident{}, false
	}
	return f.Incidents[i], true
}

// Request finds one by its ID.
func (f File) Request(id string) (Request, bool) {
	i := slices.IndexFunc(f.Requests, func(r Request) bool { return r.ID == id })
	if i < 0 {
		return Request{}, false
	}
	return f.Requests[i], true
}

// Read makes of papers, oldest first, what holds now. Papers that are not readable are left out and
// named in the error by their kind.
func Read(all []Paper) (File, error) {
	f := File{Signs: map[string]time.Time{}}
	var errs []error
	for _, p := range all {
		if err := f.take(p); err != nil {
			errs = append(errs, fmt.Errorf("%s of %s: %w", p.Kind, p.At.Format(time.DateOnly), err))
		}
	}
	return f, errors.Join(errs...)
}

func (f *File) take(p Paper) error {
	switch p.Kind {
	case KindAssessment:
		a := Assessment{}
		if err := json.Unmarshal(p.Body, &a); err != nil {
			return err
		}
		a.Seq, a.At = p.Seq, p.At
		f.Assessments = append(f.Assessments, a)
	case KindSign:
		var s Sign
		if err := json.Unmarshal(p.Body, &s); err != nil {
			return err
		}
		f.Signs[s.Door] = p.At
	case KindIncident:
		return f.takeIncident(p)
	case KindFiling:
		f.Filing = Filing{}
		return json.Unmarshal(p.Body, &f.Filing)
	case KindRequest:
		return f.takeRequest(p)
	case KindInquiry:
		f.Inquired = p.At
	case KindCommissioning:
		r, err := commission.Decode(p.Body)
		if err != nil {
			return err
		}
		f.Tested, f.ExitByHand, f.checked = r.Tested(), r.ExitByHand(), p.At
	}
	return nil
}

func (f *File) takeIncident(p Paper) error {
	var i Incident
	if err := json.Unmarshal(p.Body, &i); err != nil {
		return err
	}
	i.Opened = p.At
	if at := slices.IndexFunc(f.Incidents, func(was Incident) bool { return was.ID == i.ID }); at >= 0 {
		i.Opened = f.Incidents[at].Opened
		f.Incidents[at] = i
	} else {
		f.Incidents = append(f.Incidents, i)
	}
	return nil
}

func (f *File) takeRequest(p Paper) error {
	var r Request
	if err := json.Unmarshal(p.Body, &r); err != nil {
		return err
	}
	if at := slices.IndexFunc(f.Requests, func(was Request) bool { return was.ID == r.ID }); at >= 0 {
		f.Requests[at] = r
	} else {
		f.Requests = append(f.Requests, r)
	}
	return nil
}

// NewID makes a short random name for an incident or a request.
func NewID() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789" // none that looks like another
	var b [6]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}

// Over reports whether a paper older than the time for which all are kept may be removed: it is not
// in force, and no later paper refers to it.
func (f File) Over(p Paper) bool {
	switch p.Kind {
	case KindAssessment:
		return p.At.Before(f.Assessment().At)
	case KindSign:
		var s Sign
		return json.Unmarshal(p.Body, &s) == nil && p.At.Before(f.Signs[s.Door])
	case KindIncident:
		var i Incident
		if json.Unmarshal(p.Body, &i) != nil {
			return false
		}
		now, _ := f.Incident(i.ID)
		return !now.Open()
	case KindRequest:
		var r Request
		if json.Unmarshal(p.Body, &r) != nil {
			return false
		}
		now, _ := f.Request(r.ID)
		return !now.Done.IsZero()
	case KindCommissioning:
		return p.At.Before(f.checked)
	case KindInquiry:
		return p.At.Before(f.Inquired)
	}
	return false // a filing, or a kind that this version does not know
}
