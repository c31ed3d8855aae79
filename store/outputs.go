package store

import (
	"maps"
	"slices"
	"strings"

	"menshen/policy"
)

// What a decision says of the outputs beside the door (docs/decisions/0060): whether each is
// switched stands in the details, in clear as the grant of the door does; its trace is sealed with
// the door's. Lines have no new member, so that an earlier version of the program reads them.

// clearOutput begins the detail that holds the answer for an output, as its Text gives it.
const clearOutput = "output "

// tracesOf are the traces of outputs, by their names.
func tracesOf(all []policy.OutputAnswer) map[string][]policy.Check {
	if len(all) == 0 {
		return nil
	}
	traces := map[string][]policy.Check{}
	for _, o := range all {
		traces[o.Output] = o.Trace
	}
	return traces
}

// outputsIn gives the answers for outputs that the details of a decision tell, by name.
func outputsIn(detail map[string]string) (all []policy.OutputAnswer) {
	for _, key := range slices.Sorted(maps.Keys(detail)) {
		if name, is := strings.CutPrefix(key, clearOutput); is {
			if o, ok := policy.ParseOutputAnswer(name, detail[key]); ok {
				all = append(all, o)
			}
		}
	}
	return all
}
