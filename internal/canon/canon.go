// Package canon is the CBOR in which vaults, and the doors of a site, write their records: one text
// for one value (RFC 8949, section 4.2.1), and limits on what is read.
package canon

import "github.com/fxamacker/cbor/v2"

// Modes gives what writes a record and what reads it. A time is text, to the nanosecond. What is
// read has at most 8 levels, 65,536 elements in a list and 1,024 in a map, and no key twice.
func Modes() (cbor.EncMode, cbor.DecMode) {
	o := cbor.CoreDetEncOptions()
	o.Time = cbor.TimeRFC3339Nano
	writes, err := o.EncMode()
	if err != nil {
		panic(err) // the options are constants
	}
	reads, err := cbor.DecOptions{MaxNestedLevels: 8, MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 10,
		DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8DecodeInvalid}.DecMode()
	if err != nil {
		panic(err)
	}
	return writes, reads
}
