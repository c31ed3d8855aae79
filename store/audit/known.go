package audit

import "fmt"

// Expected is what was known of a log earlier, and must still be true of it. A field
// that is not set is not compared.
type Expected struct {
	Seq    uint64            // the log goes at least up to this entry
	Head   *Hash             // the chain's hash after it, as an earlier export gave it
	Kind   Kind              // what kind of entry it is, as a receipt gave it
	Detail map[string]string // and some of what it says
}

// compare compares what was known of the entry before want with it: l, or nil when it was pruned.
func (c *Checker) compare(l *Line) {
	for _, e := range c.known {
		switch {
		case e.Seq != c.want-1:
		case e.Head != nil && *e.Head != c.head:
			c.Bad(c.r.First, fmt.Sprintf("it or one up to %d was changed since the earlier export, "+
				"together with all hashes after it", e.Seq))
		case l != nil && e.Kind != "" && (l.Kind != e.Kind || !holds(l.Detail, e.Detail)):
			c.Bad(e.Seq, "it is not what the receipt speaks of")
		}
	}
}

func holds(all, part map[string]string) bool {
	for k, v := range part {
		if all[k] != v {
			return false
		}
	}
	return true
}

// reached checks that the log goes as far as it was known to go.
func (c *Checker) reached() {
	for _, e := range c.known {
		if e.Seq >= c.want {
			c.Bad(c.want, fmt.Sprintf("it and all up to %d are missing, which the log had earlier", e.Seq))
		}
	}
}
