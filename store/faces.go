package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"menshen/policy"
	"menshen/store/audit"
)

// Limits of what EnrolFace takes.
const (
	maxTemplates = 32
	maxDim       = 4096
)

// checkConsent checks a consent before it counts: it must name the exact notice shown, and this
// vault must have that notice (R-CONSENT).
func (t *tx) checkConsent(f *policy.FaceConsent) error {
	if f.At.IsZero() || f.Notice == [32]byte{} {
		return ErrConsent
	}
	var n notice
	if err := t.get(noticeBucket, f.Notice[:], &t.r.seal, &n); err != nil {
		return fmt.Errorf("the notice agreed to: %w: %w", err, ErrConsent)
	}
	if f.Minor && f.Guardian == "" {
		return fmt.Errorf("a guardian's consent is needed for a person under 14 (R-MINOR): %w", ErrConsent)
	}
	return nil
}

// mayEnrol gives an error unless a face may be stored, or written to its owner's card, where it may
// be already.
func (v *Vault) mayEnrol(t *tx, p *person, card bool) error {
	switch enrolled := p.Face.State == policy.FaceEnrolled; {
	case enrolled && !(card && p.Face.OnCard):
		return fmt.Errorf("a face is enrolled already, erase it first: %w", ErrNotAllowed)
	case !enrolled && p.Face.State != policy.FaceConsented:
		return ErrConsent
	case len(p.Working(v.now(t))) == 0:
		return ErrAlternative
	}
	return t.checkConsent(&p.Face)
}

// EnrolFace stores a person's templates under a new key: 1 to 32 of them, all of the same length, 1
// to 4096 finite numbers. [ErrConsent]: no consent is on record (R-CONSENT). [ErrAlternative]: the
// person has no working card or PIN (R-ALT). [ErrNotAllowed]: templates are stored already, erase
// them first. [ErrFacesLocked]: a passphrase is missing.
func (v *Vault) EnrolFace(a Actor, id policy.PersonID, templates [][]float32) error {
	raw, err := packTemplates(templates)
	if err != nil {
		return fmt.Errorf("enrol face, person %s: %w", id, err)
	}
	defer wipeAll(raw)
	face := v.o.newKey()
	defer face.Wipe()
	err = v.act(func(t *tx) error {
		own, p, err := t.person(id)
		if err != nil {
			return err
		}
		if err := v.mayEnrol(t, p, false); err != nil {
			return err
		}
		if err := t.setFaceKey(id, own, face); err != nil {
			return err
		}
		p.Face.State = policy.FaceEnrolled
		p.Occasions = slices.Repeat([]policy.Occasion{{At: v.now(t), How: policy.TakenAtDesk}}, len(raw))
		if err := t.put(keysBucket, id[:], &t.r.seal, own); err != nil {
			return err
		}
		if err := t.putPerson(own, p); err != nil {
			return err
		}
		if err := t.put(facesBucket, id[:], &face, raw); err != nil {
			return err
		}
		detail := map[string]string{"templates": fmt.Sprint(len(raw))}
		if to := p.Face.Doors; len(to) > 0 {
			detail[toDoors] = namedDoors(to)
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.FaceEnrolled, Actor: a, Person: id, Detail: detail})
		return err
	})
	if err != nil {
		return fmt.Errorf("enrol face, person %s: %w", id, err)
	}
	return nil
}

// Templates calls f for each enrolled person in turn. The templates are overwritten when f returns:
// f copies what it needs. [ErrFacesLocked]: a passphrase is missing. A damaged record is left out,
// and named in the error when all others were given.
func (v *Vault) Templates(f func(id policy.PersonID, t [][]float32) error) error {
	return v.view(func(t *tx) error {
		var damaged []error
		err := t.each(facesBucket, func(key, value []byte) error {
			id := policy.PersonID(key)
			raw, err := t.templates(id, value)
			if errors.Is(err, ErrCorrupt) {
				damaged = append(damaged, err)
				return nil
			}
			if err != nil {
				return err
			}
			defer wipeAll(raw)
			return f(id, raw)
		})
		return errors.Join(append(damaged, err)...)
	})
}

// WithFace gives the people whose templates are stored. It opens no template, so it
// answers while the faces are locked.
func (v *Vault) WithFace() (map[policy.PersonID]bool, error) {
	out := map[policy.PersonID]bool{}
	err := v.view(func(t *tx) error {
		return t.each(facesBucket, func(key, _ []byte) error {
			var id policy.PersonID
			if copy(id[:], key) != len(key) || len(key) != len(id) {
				return fmt.Errorf("faces record %.8x is %w", key, ErrCorrupt)
			}
			out[id] = true
			return nil
		})
	})
	return out, err
}

// templates opens one faces record.
func (t *tx) templates(id policy.PersonID, value []byte) ([][]float32, error) {
	var own personKeys
	if err := t.get(keysBucket, id[:], &t.r.seal, &own); err != nil {
		return nil, err
	}
	face, err := t.faceKey(id, &own)
	if err != nil {
		return nil, err
	}
	defer face.Wipe()
	var raw [][]byte
	if err := t.open(facesBucket, id[:], value, &face, &raw); err != nil {
		return nil, err
	}
	defer wipeAll(raw)
	ts, err := unpackTemplates(raw)
	if err != nil {
		return nil, fmt.Errorf("faces record %s is %w: %w", id, ErrCorrupt, err)
	}
	return ts, nil
}

// packTemplates turns templates into their stored form: 32-bit floats, little-endian.
func packTemplates(ts [][]float32) ([][]byte, error) {
	if len(ts) == 0 || len(ts) > maxTemplates {
		return nil, fmt.Errorf("%d templates: 1 to %d are possible", len(ts), maxTemplates)
	}
	raw := make([][]byte, len(ts))
	for i, t := range ts {
		if len(t) == 0 || len(t) > maxDim || len(t) != len(ts[0]) {
			return nil, fmt.Errorf("template of %d numbers: 1 to %d are possible, the same for all", len(t), maxDim)
		}
		raw[i] = make([]byte, 0, 4*len(t))
		for _, x := range t {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, fmt.Errorf("template holds a number that is not finite")
			}
			raw[i] = binary.LittleEndian.AppendUint32(raw[i], math.Float32bits(x))
		}
	}
	return raw, nil
}

func unpackTemplates(raw [][]byte) ([][]float32, error) {
	ts := make([][]float32, len(raw))
	for i, b := range raw {
		if len(b) == 0 || len(b)%4 != 0 || len(b) > 4*maxDim {
			return nil, fmt.Errorf("template of %d bytes", len(b))
		}
		ts[i] = make([]float32, len(b)/4)
		for j := range ts[i] {
			ts[i][j] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*j:]))
		}
	}
	return ts, nil
}

func wipeAll[T any](s [][]T) {
	for _, x := range s {
		clear(x)
	}
}
