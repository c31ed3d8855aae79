package sim

import "errors"

// disk says what becomes of the vault's transactions.
type disk struct {
	fails   error // each of them fails with this; store.ErrSlow: it comes too late for a record
	cutIn   int   // the power goes while the n-th from now is written; 0: it does not
	before  []byte
	path    string
	writes  int
	refused int
}

var errOff = errors.New("the power is off")

// powerCut unwinds the unit out of what it was doing.
type powerCut struct{}

// transaction is store.Options.Inline.
func (d *disk) transaction(written bool) error {
	if written {
		d.writes++
		if d.cutIn > 0 {
			if d.cutIn--; d.cutIn == 0 {
				d.fails = errOff
				panic(powerCut{})
			}
		}
		return nil
	}
	if d.cutIn == 1 {
		d.before = readFile(d.path)
	}
	if d.fails != nil {
		d.refused++
	}
	return d.fails
}
