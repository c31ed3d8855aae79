package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"menshen/store/audit"
)

// Paper is something that the site has on file: an impact assessment, a look at the sign,
// an incident, a filing. The package that writes a paper chooses the encoding of its
// body. The vault seals it, backs it up and restores it. A paper is never changed: what
// happened since is another paper.
type Paper struct {
	Seq  uint64 // grows with each paper; that of its entry in the audit log, unless it came with another unit's backup
	Kind string // "assessment", "sign", "incident", "filing", "commissioning", "request"
	At   time.Time
	By   Actor
	Body []byte
}

// PapersKept is how long every paper is kept at least. Impact assessments must be (R-PIA); the
// others show that the site did its duty.
const PapersKept = 3 * 366 * 24 * time.Hour

const (
	maxKind  = 24
	maxPaper = 1 << 20
)

// paper is a [Paper] as stored, under its number.
type paper struct {
	Kind string    `cbor:"kind"`
	At   time.Time `cbor:"at"`
	By   Actor     `cbor:"by"`
	Body []byte    `cbor:"body"`
}

// PutPaper puts a paper on file, records that, and gives its number. kind is a word of small
// letters, body at most 1 MiB.
func (v *Vault) PutPaper(a Actor, kind string, body []byte) (uint64, error) {
	if kind == "" || len(kind) > maxKind || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz") != "" {
		return 0, fmt.Errorf("put paper on file: the kind must be a word of at most %d small letters", maxKind)
	}
	if len(body) == 0 || len(body) > maxPaper {
		return 0, fmt.Errorf("put %s on file: %d bytes: 1 to %d are possible", kind, len(body), maxPaper)
	}
	var seq uint64
	err := v.act(func(t *tx) error {
		seq = t.nextPaper()
		p := paper{Kind: kind, At: v.now(t), By: a, Body: body}
		if err := t.put(paperBucket, key64(seq), &t.r.seal, &p); err != nil {
			return err
		}
		_, err := t.log(Entry{At: p.At, Kind: audit.PaperFiled, Actor: a,
			Detail: map[string]string{"paper": kind, "number": fmt.Sprint(seq)}})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("put %s on file: %w", kind, err)
	}
	return seq, nil
}

// nextPaper gives the number of the log's next entry, or the one after the newest paper where that
// is higher, as it came with a backup.
func (t *tx) nextPaper() uint64 {
	seq := t.st.Audit.Seq + 1
	if b := t.b.Bucket([]byte(paperBucket)); b != nil { // layouts 1 and 2 have none
		if last, _ := b.Cursor().Last(); last != nil {
			seq = max(seq, be(last)+1)
		}
	}
	return seq
}

// Papers gives all papers of a kind, oldest first; of all kinds when kind is empty. Damaged ones
// are left out; the error names them, and the others are given beside it.
func (v *Vault) Papers(kind string) ([]Paper, error) {
	var out []Paper
	var damaged []error
	err := v.view(func(t *tx) error {
		return t.each(paperBucket, func(key, value []byte) error {
			var p paper
			if err := t.open(paperBucket, key, value, &t.r.seal, &p); err != nil {
				damaged = append(damaged, err)
			} else if kind == "" || kind == p.Kind {
				out = append(out, Paper{be(key), p.Kind, p.At, p.By, p.Body})
			}
			return nil
		})
	})
	return out, errors.Join(append(damaged, err)...)
}

// PrunePapers removes the papers that are older than [PapersKept] and for which over is
// true, and gives their number.
func (v *Vault) PrunePapers(a Actor, over func(Paper) bool) (removed int, err error) {
	if !v.Clock().Destroys() {
		return 0, fmt.Errorf("prune papers: %w", ErrClock)
	}
	all, err := v.Papers("")
	if err != nil {
		return 0, fmt.Errorf("prune papers: %w", err)
	}
	var old []Paper
	for _, p := range all {
		if v.Clock().Now.Sub(p.At) > PapersKept && over(p) {
			old = append(old, p)
		}
	}
	if len(old) == 0 {
		return 0, nil
	}
	err = v.act(func(t *tx) error {
		for _, p := range old {
			if !v.inTx(t).Destroys() {
				return ErrClock
			}
			if v.now(t).Sub(p.At) <= PapersKept {
				return fmt.Errorf("%s %d is not three years old: %w", p.Kind, p.Seq, ErrNotAllowed)
			}
			if err := t.removePaper(a, p, v.now(t)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("prune papers: %w", err)
	}
	return len(old), nil
}

// removePaper removes a paper, and records that.
func (t *tx) removePaper(a Actor, p Paper, now time.Time) error {
	if err := t.del(paperBucket, key64(p.Seq)); err != nil {
		return err
	}
	_, err := t.log(Entry{At: now, Kind: audit.PaperRemoved, Actor: a,
		Detail: map[string]string{"paper": p.Kind, "number": fmt.Sprint(p.Seq)}})
	return err
}

// restorePaper adds a paper of a backup. One that is there already stays as it is. Where
// another paper has its number, both are kept. An override that was in force when the backup
// was made is not in force now.
func (t *tx) restorePaper(p Paper) error {
	if p.Kind == paperOverrides {
		return nil
	}
	var here paper
	switch err := t.get(paperBucket, key64(p.Seq), &t.r.seal, &here); {
	case err == nil && here.Kind == p.Kind && here.At.Equal(p.At) && here.By == p.By &&
		string(here.Body) == string(p.Body):
		return nil
	case err == nil:
		p.Seq = t.nextPaper()
	case !errors.Is(err, ErrUnknown):
		return err
	}
	return t.put(paperBucket, key64(p.Seq), &t.r.seal, &paper{p.Kind, p.At, p.By, p.Body})
}
