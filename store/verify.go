package store

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"

	"menshen/store/audit"
)

// VerifyAudit recomputes the whole chain and compares its end with the sealed state. A broken chain
// is in the report; the error is of reading.
func (v *Vault) VerifyAudit() (AuditReport, error) {
	var rep AuditReport
	err := v.view(func(t *tx) error {
		c := t.st.Audit
		k := audit.NewChecker(c.First, c.Base)
		pub := t.r.sign().Public().(ed25519.PublicKey)
		err := t.chain(func(n uint64, line []byte, g *audit.Gap, err error) error {
			switch {
			case err != nil:
				k.Bad(n, err.Error())
			case g != nil:
				k.Gap(g, pub)
			default:
				k.Line(line)
			}
			return nil
		})
		if err != nil {
			return err
		}
		rep = k.End(c.Seq, c.Head)
		return nil
	})
	return rep, err
}

// chain calls f for every line and gap, in order. A line that cannot be read is given as an error.
func (t *tx) chain(f func(n uint64, line []byte, g *audit.Gap, err error) error) error {
	gaps, err := t.gaps()
	if err != nil {
		return err
	}
	next := t.st.Audit.First
	upTo := func(n uint64) error { // gaps before line n
		for g := gaps[next]; g != nil && next < n; g = gaps[next] {
			if err := f(next, nil, g, nil); err != nil {
				return err
			}
			next = g.To + 1
		}
		return nil
	}
	err = t.each(auditBucket, func(key, value []byte) error {
		if len(key) != 8 {
			return f(next, nil, nil, fmt.Errorf("a record that is not a line: %w", ErrCorrupt))
		}
		if err := upTo(be(key)); err != nil {
			return err
		}
		next = be(key) + 1
		var k kept
		err := t.open(auditBucket, key, value, &t.r.seal, &k)
		return f(be(key), k.Line, nil, err)
	})
	if err != nil {
		return err
	}
	return upTo(t.st.Audit.Seq + 1)
}

// ExportAudit writes the log as text, one line for each entry, ending with a signed checkpoint (see
// [VerifyExport]). A damaged line is left out; the error names it when all others are written. The
// personal parts are sealed under the keys of the people they are about.
func (v *Vault) ExportAudit(w io.Writer) error {
	return v.view(func(t *tx) error { return exportTo(w, t, v.now(t)) })
}

func exportTo(w io.Writer, t *tx, now time.Time) error {
	c := t.st.Audit
	out, err := audit.NewExport(w, audit.Header{Unit: t.r.Unit, First: c.First, Base: c.Base, Last: c.Seq, At: now},
		c.Head, t.r.sign())
	if err != nil {
		return err
	}
	var damaged []error
	err = t.chain(func(n uint64, line []byte, g *audit.Gap, err error) error {
		switch {
		case err != nil:
			damaged = append(damaged, fmt.Errorf("audit entry %d: %w", n, err))
			return nil
		case g != nil:
			return out.Gap(g)
		}
		return out.Line(line)
	})
	if err != nil {
		return err
	}
	// What is signed is the end of the log itself, not of what could be written.
	return errors.Join(append(damaged, out.Close())...)
}

// Expected is what was known of a log earlier: see package audit.
type Expected = audit.Expected

// VerifyExport checks an export, on any machine, against the unit's public key and what
// was known of the log earlier. A report with OK false names the first bad line; the
// error is as for [audit.Verify].
func VerifyExport(r io.Reader, pub ed25519.PublicKey, known ...Expected) (AuditReport, error) {
	return audit.Verify(r, pub, known...)
}

// KnownBy gives what an earlier document of the unit says of its audit log: an export, or receipts
// of erasures. A document that does not verify is an error.
func KnownBy(document []byte, pub ed25519.PublicKey) ([]Expected, error) {
	rep, err := audit.Verify(bytes.NewReader(document), pub)
	switch {
	case err == nil && rep.OK:
		return []Expected{{Seq: rep.Last, Head: &rep.Head}}, nil
	case err == nil:
		return nil, errors.New(rep.String())
	case !errors.Is(err, audit.ErrNoExport):
		return nil, err
	}
	receipts, err := ParseReceipts(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("neither an export of an audit log nor receipts: %w", err)
	}
	var known []Expected
	for _, r := range receipts {
		if !r.Verify(pub) {
			return nil, fmt.Errorf("receipt %d is %w", r.Seq, audit.ErrSigner)
		}
		known = append(known, Expected{Seq: r.Seq, Kind: r.kind(),
			Detail: map[string]string{"subject": fmt.Sprintf("%x", r.Subject)}})
	}
	return known, nil
}
