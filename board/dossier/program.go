package dossier

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
)

// Program is what runs, and the proof that it is of a published release.
type Program struct {
	SHA256   string            `json:"sha256"` // of the running program's file, hex
	Models   map[string]string `json:"models"` // in use: SHA-256 by file, as they were when they were loaded
	Manifest string            `json:"manifest"`
	Proof    string            `json:"proof"`   // that the publisher's log has this manifest; empty: see Problem
	Problem  string            `json:"problem"` // why there is none
}

// Prove looks for the program in the file of a log of releases, and takes the proof of its release.
// The log's signature is not checked here: whoever reads the dossier has the publisher's key.
func (p *Program) Prove(file []byte) error {
	l, err := release.Read(file)
	if err != nil {
		return err
	}
	i, _ := l.Find(p.SHA256)
	if i < 0 {
		return release.ErrUnknown
	}
	manifest, proof, err := l.Prove(i)
	p.Manifest, p.Proof = string(manifest), string(proof)
	return err
}

// ErrNotPublished means that what ran is not of the release that the dossier names.
var ErrNotPublished = errors.New("what ran is not of a published release")

// Published checks with the publisher's key that the program and the models are of a release in the
// publisher's log. Errors wrap [ErrNotPublished], [release.ErrNoProof] and [release.ErrSigner].
func (p *Program) Published(key note.Verifier) (*release.Manifest, *release.Checkpoint, error) {
	if p.Proof == "" {
		return nil, nil, fmt.Errorf("%w, or the unit has no proof of it (%s): look for the program's SHA-256, %s, "+
			"in the publisher's log", ErrNotPublished, p.Problem, p.SHA256)
	}
	m, c, err := release.CheckProof([]byte(p.Manifest), []byte(p.Proof), key)
	if err != nil {
		return nil, nil, err
	}
	if m.Has(release.Program, p.SHA256) == "" {
		return nil, nil, fmt.Errorf("%w: the program, SHA-256 %s, is not of %s", ErrNotPublished, p.SHA256, m.Version)
	}
	for _, file := range slices.Sorted(maps.Keys(p.Models)) {
		if m.Has(release.Models+"/"+file, p.Models[file]) == "" {
			return nil, nil, fmt.Errorf("%w: the model %s is not of %s", ErrNotPublished, file, m.Version)
		}
	}
	return m, c, nil
}

// Release is the release that the unit says its program is of; nil: it knows none.
func (v view) Release() *release.Manifest {
	m, err := release.Parse([]byte(v.Program.Manifest))
	if err != nil {
		return nil
	}
	return m
}
