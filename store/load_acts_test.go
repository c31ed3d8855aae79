package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"menshen/internal/safefile"
	"menshen/policy"
	"menshen/store/audit"
)

type loader struct {
	v    *Vault
	c    *clock
	root string
	rnd  *rand.Rand
	ids  []policy.PersonID
	n    int
}

// acked says what was done, or that it failed.
func (l *loader) acked(err error, what string, args ...any) bool {
	if err != nil {
		say("failed", what, strings.ReplaceAll(err.Error(), "\n", "; "))
		return false
	}
	say(what, args...)
	return true
}

func (l *loader) add() {
	l.n++
	id, err := l.v.AddPerson("op", policy.Person{Name: policy.Private(fmt.Sprint("tenant ", l.n))})
	if !l.acked(err, "added", fmt.Sprintf("%x", id[:])) {
		return
	}
	l.ids = append(l.ids, id)
	_, err = l.v.AddCredential("op", id, policy.CardKind, id[:], "", true)
	l.acked(err, "card", fmt.Sprintf("%x", id[:]))
}

// replace gives a person another card in the place of the one of add.
func (l *loader) replace(id policy.PersonID) {
	p, old, err := l.v.FindCredential(policy.CardKind, id[:])
	if err == nil {
		_, err = l.v.ReplaceCard("op", p.ID, old, otherCard(id), true, false)
	}
	l.acked(err, "replaced", fmt.Sprintf("%x", id[:]))
}

func otherCard(id policy.PersonID) []byte { return append(id[:], 1) }

func (l *loader) enrol(id policy.PersonID) {
	hash, err := l.v.PutNotice("op", "notice", "en")
	if err == nil {
		err = l.v.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
			p.Face = policy.FaceConsent{State: policy.FaceConsented, At: l.c.now(), Notice: hash}
			return nil
		})
	}
	if err == nil {
		err = l.v.EnrolFace("op", id, [][]float32{{1, 2, 3}})
	}
	l.acked(err, "enrolled", fmt.Sprintf("%x", id[:]))
}

func (l *loader) decide() {
	l.n++
	var id policy.PersonID
	if len(l.ids) > 0 {
		id = l.ids[l.rnd.IntN(len(l.ids))]
	}
	seq, err := l.v.RecordDecision(context.Background(),
		policy.Decision{At: l.c.now(), Person: id, Door: fmt.Sprint("door ", l.n), Grant: true, Reason: "granted"})
	l.acked(err, "decided", seq, "door", l.n)
}

func (l *loader) eraseFace(id policy.PersonID) {
	_, err := l.v.EraseFace("op", id, "withdrawn")
	l.acked(err, "face-erased", fmt.Sprintf("%x", id[:]))
}

// learn adds occasions that were learnt, six of them, so that the first goes out again.
func (l *loader) learn(id policy.PersonID) {
	err := l.v.ChangePerson("op", id, audit.LearningAgreed, func(p *policy.Person) (err error) {
		*p, err = policy.LearnFromVisits(*p, policy.Yes{At: l.c.now(), Notice: p.Face.Notice, OwnAct: true,
			OwnRequest: true})
		return err
	})
	for i := range policy.MaxOccasions {
		if err != nil {
			break
		}
		l.c.advance(31 * 24 * time.Hour)
		o := policy.Occasion{At: l.c.now(), How: policy.TakenLearnt}
		err = l.v.AddOccasion(Door, id, o, []float32{2, 3, float32(i)})
	}
	l.acked(err, "learnt", fmt.Sprintf("%x", id[:]))
}

func (l *loader) stopLearning(id policy.PersonID) {
	_, err := l.v.StopLearning("op", id, "withdrawn")
	l.acked(err, "unlearnt", fmt.Sprintf("%x", id[:]))
}

func (l *loader) remove(i int) {
	id := l.ids[i]
	l.ids = append(l.ids[:i], l.ids[i+1:]...)
	say("removing", fmt.Sprintf("%x", id[:]))
	_, err := l.v.RemovePerson("op", id, "moved out")
	l.acked(err, "removed", fmt.Sprintf("%x", id[:]))
}

func (l *loader) rotate() { l.acked(l.v.Rotate(context.Background(), "op", "test"), "rotated") }

// changeKey moves to another key file.
func (l *loader) changeKey() {
	l.acked(l.v.ChangeKey(context.Background(), "op", otherKey(l.root)), "moved")
}

// read reads what a start needs.
func (l *loader) read() error {
	people, err := l.v.People()
	if err == nil {
		_, err = l.v.Entries(0, 10, true)
	}
	if err == nil {
		say("read", len(people))
	}
	_ = l.v.Close()
	return err
}

// readOnly records something in a vault that can only be read, and mends it.
func (l *loader) readOnly() error {
	_, err := l.v.Record(context.Background(), Entry{Kind: "bell"})
	say("record:", strings.ReplaceAll(fmt.Sprint(err), "\n", "; "))
	if es, err := l.v.Entries(0, 1, true); err != nil || es[0].Kind == "bell" ||
		!errors.Is(l.v.Ping(), ErrReadOnly) || l.v.Backlog() != 1 {
		return fmt.Errorf("%+v, %w", es, err)
	}
	if err := errors.Join(l.v.Mend(context.Background()), l.v.Ping()); err != nil {
		return err
	}
	es, err := l.v.Entries(0, 1, true)
	if err != nil || es[0].Kind != "bell" {
		return fmt.Errorf("%+v, %w", es, err)
	}
	say("written")
	return l.v.Close()
}

func (l *loader) prune() {
	say("pruning", l.c.now().UnixNano())
	_, err := l.v.Prune(context.Background(), "op")
	l.acked(err, "pruned")
}

func (l *loader) backup() {
	id, err := age.ParseX25519Identity(testIdentity)
	if err == nil {
		err = safefile.Fill(filepath.Join(l.root, "backup.age"), func(w io.Writer) error {
			return l.v.Backup("op", w, true, id.Recipient())
		})
	}
	l.acked(err, "backed-up")
}

// A throw-away key: the backups of these tests have no person's data.
const testIdentity = "AGE-SECRET-KEY-1R0J4AD0ZTG8FXE36ACN2Y25KSUZY9V5UD538RD4W6W48KKHLSKWS9RXZ8J"

// all does each thing once or twice, in an order that has them touch each other.
func (l *loader) all() {
	for range 3 {
		l.add()
		l.decide()
	}
	if len(l.ids) < 3 {
		return
	}
	l.enrol(l.ids[0])
	l.backup()
	l.enrol(l.ids[1])
	l.learn(l.ids[1])
	l.stopLearning(l.ids[1])
	l.eraseFace(l.ids[0])
	l.replace(l.ids[2])
	l.decide()
	l.rotate()
	l.c.advance(100 * 24 * time.Hour)
	l.decide()
	l.prune()
	l.remove(0)
	l.backup()
	l.decide()
}

// random goes on until it is killed.
func (l *loader) random() {
	for {
		switch n := l.rnd.IntN(40); {
		case n < 4 || len(l.ids) == 0:
			l.add()
		case n == 4:
			l.rotate()
		case n == 5:
			l.remove(l.rnd.IntN(len(l.ids)))
		case n == 6:
			l.enrol(l.ids[l.rnd.IntN(len(l.ids))])
		case n == 7:
			l.c.advance(24 * time.Hour)
			l.prune()
		default:
			l.decide()
		}
	}
}
