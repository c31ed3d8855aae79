package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"menshen/policy"
	"menshen/store/audit"
)

// A person's faces record has one template for each occasion, in the order of their
// policy.Person.Occasions: one key for all, so that one erasure destroys all (R-ERASE).

// checkLearning checks a consent to learning as checkConsent does one to face entry.
func (t *tx) checkLearning(f *policy.FaceConsent) error {
	return t.checkConsent(&policy.FaceConsent{At: f.Learns.At, Notice: f.Learns.Notice,
		Minor: f.Minor, Guardian: f.Learns.Guardian})
}

// withOccasions gives a person with an occasion for each of n templates. Layouts before 5 did not
// keep any: what they stored was taken at the desk.
func withOccasions(p policy.Person, n int) (policy.Person, error) {
	if len(p.Occasions) > n {
		return p, fmt.Errorf("%d occasions of %d templates: %w", len(p.Occasions), n, ErrCorrupt)
	}
	undated := slices.Repeat([]policy.Occasion{{How: policy.TakenAtDesk}}, n-len(p.Occasions))
	p.Occasions = append(undated, p.Occasions...)
	return p, nil
}

// Face calls f with an enrolled person and their templates, one for each of their occasions. They
// are overwritten when f returns. [ErrUnknown]: no face is stored. [ErrFacesLocked]: a passphrase
// is missing.
func (v *Vault) Face(id policy.PersonID, f func(p policy.Person, templates [][]float32) error) error {
	return v.view(func(t *tx) error {
		p, templates, err := t.face(id)
		if err != nil {
			return fmt.Errorf("face of person %s: %w", id, err)
		}
		defer wipeAll(templates)
		return f(p.Person, templates)
	})
}

// face reads an enrolled person and their templates; the caller overwrites those.
func (t *tx) face(id policy.PersonID) (*person, [][]float32, error) {
	_, p, err := t.person(id)
	if err != nil {
		return nil, nil, err
	}
	value := t.b.Bucket([]byte(facesBucket)).Get(id[:])
	if value == nil {
		return nil, nil, fmt.Errorf("no face is stored: %w", ErrUnknown)
	}
	templates, err := t.templates(id, value)
	if err != nil {
		return nil, nil, err
	}
	if p.Person, err = withOccasions(p.Person, len(templates)); err != nil {
		wipeAll(templates)
		return nil, nil, err
	}
	return p, templates, nil
}

// TakesOccasions reports whether occasions can be added: the vault's layout has them.
func (v *Vault) TakesOccasions() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.ring.Schema >= occasionsSince
}

// errReplaced ends the short way of AddOccasion: a template must be destroyed.
var errReplaced = errors.New("an occasion is replaced")

// AddOccasion stores the template of one more occasion, and destroys those that go out for it
// ([policy.AddOccasion]) as an erasure does. Errors: those of policy.AddOccasion; [ErrConsent];
// [ErrFacesLocked]; [ErrNotMigrated], while the vault is of an earlier layout.
func (v *Vault) AddOccasion(a Actor, id policy.PersonID, o policy.Occasion, template []float32) error {
	err := v.act(func(t *tx) error {
		p, templates, err := t.face(id)
		if err != nil {
			return err
		}
		defer wipeAll(templates)
		out, err := t.addOccasion(&p.Person, o)
		if err == nil && len(out) > 0 {
			err = errReplaced
		}
		if err != nil {
			return err
		}
		var own personKeys
		if err := t.get(keysBucket, id[:], &t.r.seal, &own); err != nil {
			return err
		}
		if err := t.putFace(&own, p, append(templates, template)); err != nil {
			return err
		}
		return v.logOccasion(t, a, id, o, p.Occasions, 0)
	})
	if errors.Is(err, errReplaced) {
		err = v.rewriteFace(id, template, func(t *tx, p *policy.Person) ([]int, error) {
			return t.addOccasion(p, o)
		}, func(t *tx, p *person, out int) error { return v.logOccasion(t, a, id, o, p.Occasions, out) })
	}
	if err != nil {
		return fmt.Errorf("add an occasion, person %s: %w", id, err)
	}
	return nil
}

func (t *tx) addOccasion(p *policy.Person, o policy.Occasion) (out []int, err error) {
	if t.r.Schema < occasionsSince {
		return nil, fmt.Errorf("layout %d has no occasions: %w", t.r.Schema, ErrNotMigrated)
	}
	if *p, out, err = policy.AddOccasion(*p, o); err != nil {
		return nil, err
	}
	if o.How == policy.TakenLearnt {
		err = t.checkLearning(&p.Face)
	}
	return out, errors.Join(err, t.checkConsent(&p.Face))
}

func (v *Vault) logOccasion(t *tx, a Actor, id policy.PersonID, o policy.Occasion, all []policy.Occasion,
	out int) error {
	detail := map[string]string{"by": string(o.How), "occasions": fmt.Sprint(len(all))}
	if out > 0 {
		detail["out"] = fmt.Sprint(out)
	}
	_, err := t.log(Entry{At: v.now(t), Kind: audit.OccasionAdded, Actor: a, Person: id, Detail: detail})
	return err
}

// putFace stores a person and their templates under the face key that own has.
func (t *tx) putFace(own *personKeys, p *person, templates [][]float32) error {
	raw, err := packTemplates(templates)
	if err != nil {
		return err
	}
	defer wipeAll(raw)
	face, err := t.faceKey(p.ID, own)
	if err != nil {
		return err
	}
	defer face.Wipe()
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	return t.put(facesBucket, p.ID[:], &face, raw)
}

// rewriteFace destroys some of a person's templates: the vault moves to a new file, in which those
// that stay, and one more if there is one, lie under a new face key (see renew). change says which
// go out; it is asked twice, and then records what was done.
func (v *Vault) rewriteFace(id policy.PersonID, more []float32, change func(*tx, *policy.Person) ([]int, error),
	record func(t *tx, p *person, out int) error) error {
	var kept [][]float32
	defer func() { wipeAll(kept) }()
	had := 0
	err := v.view(func(t *tx) error {
		p, templates, err := t.face(id)
		if err != nil {
			return err
		}
		defer wipeAll(templates)
		had = len(templates)
		out, err := change(t, &p.Person)
		if err != nil {
			return err
		}
		for i, one := range templates {
			if !slices.Contains(out, i) {
				kept = append(kept, slices.Clone(one))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if more != nil {
		kept = append(kept, slices.Clone(more))
	}
	key := v.o.newKey()
	defer key.Wipe()
	return v.renew(context.Background(), theirs(id, false), func(t *tx) error {
		own, p, err := t.person(id)
		if err != nil {
			return err
		}
		if p.Person, err = withOccasions(p.Person, had); err != nil {
			return err
		}
		out, err := change(t, &p.Person)
		switch {
		case err != nil:
			return err
		case len(p.Occasions) != len(kept):
			return fmt.Errorf("the face was changed meanwhile, try again: %w", ErrNotAllowed)
		}
		if err := t.setFaceKey(id, own, key); err != nil {
			return err
		}
		if err := t.put(keysBucket, id[:], &t.r.seal, own); err != nil {
			return err
		}
		if err := t.putFace(own, p, kept); err != nil {
			return err
		}
		return record(t, p, len(out))
	})
}

// StopLearning takes a person's consent to learning back (R-WITHDRAW). What was learnt by it is
// destroyed in every copy that the unit has, and a signed receipt says so, as of [Vault.EraseFace];
// all else of the face stays. The receipt is empty where nothing had been learnt. [ErrUnknown]:
// there is no such consent. [ErrFacesLocked]: something was learnt, and a passphrase is missing to
// seal the rest again.
func (v *Vault) StopLearning(a Actor, id policy.PersonID, why string) (Receipt, error) {
	r, err := v.stopLearning(a, id, why)
	if err != nil {
		return r, fmt.Errorf("stop learning, person %s: %w", id, err)
	}
	return r, nil
}

func (v *Vault) stopLearning(a Actor, id policy.PersonID, why string) (Receipt, error) {
	p, err := v.Person(id)
	switch {
	case err != nil:
		return Receipt{}, err
	case p.Face.Learns.At.IsZero() && !p.HasLearnt():
		return Receipt{}, fmt.Errorf("no consent to learning: %w", ErrUnknown)
	case !p.HasLearnt():
		return Receipt{}, v.endLearning(a, id)
	}
	needles, err := v.Ciphertext(id, whatLearnt)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Subject: Subject(id), What: whatLearnt, Why: why}
	err = v.rewriteFace(id, nil, func(_ *tx, p *policy.Person) (out []int, _ error) {
		*p, out = policy.StopLearning(*p)
		return out, nil
	}, func(t *tx, _ *person, _ int) error {
		r.Unit, r.Epoch, r.At = t.r.Unit, t.r.Epoch, v.now(t)
		return v.fileReceipt(t, a, id, &r)
	})
	if err != nil {
		return Receipt{}, err
	}
	return v.finishReceipt(r, needles)
}

// endLearning ends a consent by which nothing was learnt, so that no backup brings it back.
func (v *Vault) endLearning(a Actor, id policy.PersonID) error {
	return v.act(func(t *tx) error {
		own, p, err := t.person(id)
		if err != nil {
			return err
		}
		at := v.now(t)
		p.Face.Learns = policy.Learning{}
		if err := t.putPerson(own, p); err != nil {
			return err
		}
		if err := t.bury(Tombstone{Subject: Subject(id), What: whatLearnt, At: at}); err != nil {
			return err
		}
		_, err = t.log(Entry{At: at, Kind: audit.LearningEnded, Actor: a, Person: id})
		return err
	})
}
