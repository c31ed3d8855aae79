package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"menshen/internal/exact"
	"menshen/store/audit"
)

// kind gives the kind of the erasure's entry in the audit log.
func (r Receipt) kind() audit.Kind {
	switch r.What {
	case "person":
		return audit.PersonRemoved
	case whatLearnt:
		return audit.LearntErased
	}
	return audit.FaceErased
}

// tomb is the tombstone of what was erased.
func (r Receipt) tomb() Tombstone {
	s := Tombstone{Subject: r.Subject, What: r.What, At: r.At}
	if r.What == "person" {
		s.Told = r.For
	}
	return s
}

// ParseReceipts reads one or more receipts, each a JSON object in exactly the form in which the
// unit gave it. It does not verify them: see [Receipt.Verify].
func ParseReceipts(in io.Reader) ([]Receipt, error) {
	var out []Receipt
	for dec := json.NewDecoder(io.LimitReader(in, 1<<24)); ; {
		var raw json.RawMessage
		var r Receipt
		var syntax *json.SyntaxError
		err := dec.Decode(&raw)
		switch {
		case errors.As(err, &syntax):
			err = exact.ErrForm // and not the byte that is wrong
		case errors.Is(err, io.EOF) && len(out) > 0:
			return out, nil
		case errors.Is(err, io.EOF):
			return nil, errors.New("it contains no receipt")
		case err == nil:
			err = exact.Decode(raw, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("reading receipt %d: %w: each is one JSON object, as 'receipts --json' prints it",
				len(out)+1, err)
		}
		out = append(out, r)
	}
}
