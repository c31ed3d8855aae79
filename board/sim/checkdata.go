package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store"
)

// checkErased looks for what was stored of a face that ended.
func (w *world) checkErased(p *person) {
	files, err := w.door.vault.Files()
	if err != nil {
		w.fail(erasedGone, "%v", err)
	}
	found, err := store.Scan(files, p.blocks)
	if err != nil || len(found.Hits) > 0 {
		w.fail(erasedGone, "%d blocks of what was stored of %s are there, %v", len(found.Hits), p.name, err)
	}
	if is, err := w.door.vault.Person(p.id); err == nil && is.Face.State == policy.FaceEnrolled {
		w.fail(erasedGone, "%s is still enrolled", p.name)
	}
	p.blocks = nil
}

// checkPeople looks each hour that the vault has of each person what it must have, and no more.
func (w *world) checkPeople() {
	if !w.diskWell() {
		return
	}
	now := w.clock.now
	for _, p := range w.people {
		if p.id.IsZero() || p == w.acting || p.unsure { // of whom the power cut left one half or the other
			continue
		}
		is, err := w.door.vault.Person(p.id)
		switch {
		case errors.Is(err, store.ErrUnknown):
			if p.known {
				w.fail(nothingLost, "%s is not on record", p.name)
			}
			continue
		case !p.known:
			w.fail(erasedGone, "%s is on record again", p.name)
		case err != nil:
			w.fail(nothingLost, "%s: %v", p.name, err)
		case !p.until.IsZero() && w.overdue(p.until) > erasedByTheHour && is.HasFace():
			w.fail(erasedGone, "%s has a face %v after the lease", p.name, now.Sub(p.until).Round(time.Minute))
		case !p.until.IsZero() && w.overdue(p.until.Add(forgetAfter)) > erasedByTheHour:
			w.fail(erasedGone, "%s is on record %v after the lease", p.name, now.Sub(p.until).Round(time.Minute))
		}
		if (is.Face.State == policy.FaceEnrolled) != p.enrolled || is.HasFace() != (p.consent || p.enrolled) {
			w.fail(nothingLost, "the face of %s is %q, and was %v", p.name, is.Face.State, p.enrolled)
		}
		if is.Face.Minor != p.minor || is.LongOpen != p.longOpen || is.Blocked != p.blocked ||
			!is.From.Equal(p.begins) || !is.Until.Equal(p.until) || !slices.Equal(is.Groups, []string{p.group}) {
			w.fail(nothingLost, "what staff wrote of %s last", p.name)
		}
		if is.HasFace() && p.card == 0 && p.pin == "" {
			w.fail(faceLawful, "%s has a face and no other way in", p.name)
		}
		if is.HasFace() && p.minor && is.Face.Guardian == "" {
			w.fail(faceLawful, "%s, a child, has a face without a guardian's consent", p.name)
		}
	}
}

// overdue is for how long something has been due, in which no fault kept the unit from doing it.
func (w *world) overdue(since time.Time) time.Duration {
	if w.trouble.After(since) {
		since = w.trouble
	}
	return w.clock.now.Sub(since)
}

// checkBytes looks at every byte of every file of the unit for names and strangers' faces.
func (w *world) checkBytes() {
	files, err := w.door.vault.Files()
	if err != nil {
		w.fail(namesSealed, "%v", err)
	}
	var needles [][]byte
	for i := 0; i+4 <= len(w.strangers); i += 128 {
		var b []byte
		for _, x := range w.strangers[i : i+4] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		needles = append(needles, b)
	}
	for _, path := range files {
		b := readFile(path)
		for _, secret := range []string{"Resident-", "Apartment-"} {
			if bytes.Contains(b, []byte(secret)) {
				w.fail(namesSealed, "a name lies in the vault in clear")
			}
		}
		for _, n := range needles {
			if bytes.Contains(b, n) {
				w.fail(strangersGone, "a stranger's face lies in the vault")
			}
		}
	}
	w.strangers = nil
}

// checkNonces looks at what is sealed under each person's keys: the same nonce for two texts under
// one key would give both away. A box begins with its revision (8 bytes) and its cipher (1).
func (w *world) checkNonces() {
	for _, p := range w.people {
		if !p.known {
			continue
		}
		boxes, err := w.door.vault.Ciphertext(p.id, "person")
		if err != nil {
			w.fail(nothingLost, "what is stored of %s: %v", p.name, err)
		}
		for _, b := range boxes {
			nonce, text := [24]byte(b[9:33]), sha256.Sum256(b[33:])
			if was, is := w.nonces[nonce]; is && was != text {
				w.fail(noncesOnce, "two records of %s are sealed with one nonce", p.name)
			}
			w.nonces[nonce] = text
		}
	}
}
