package store

import (
	"time"

	"menshen/policy"
)

// The details of a granted decision that say how the visit went that it ended
// (docs/decisions/0057). They are in clear: figures of the door, which stay when the person is
// erased.
const (
	waited  = "waited"  // since its first sign, in tenths of a second
	retried = "retried" // "yes": a try was refused before
)

// waitedStep is what waits are rounded to: enough to compare means, and too coarse to know anybody
// by how they type.
const waitedStep = 100 * time.Millisecond

func visitDetail(detail map[string]string, v policy.Visit) {
	detail[waited] = v.Waited.Round(waitedStep).String()
	if v.Retried {
		detail[retried] = "yes"
	}
}

// Visit gives how the visit went that a granted decision ended; nil: that is not recorded, as in
// entries of earlier versions.
func (e Entry) Visit() *policy.Visit {
	d, err := time.ParseDuration(e.Detail[waited])
	if err != nil || d < 0 || !e.Grant {
		return nil
	}
	return &policy.Visit{Waited: d, Retried: e.Detail[retried] != ""}
}
