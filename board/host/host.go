package host

import (
	"errors"
)

// Where says what to look at.
type Where struct {
	PIDs    []int    // the unit's processes
	Folders []string // the unit's own
}

// Facts are what [Look] found.
type Facts struct {
	Sockets   int      // internet sockets of the unit's processes
	Remote    []string // remote-assistance programs that run
	Carrier   bool     // menshen-site is installed, which carries sealed records to other doors
	ClearSwap []string // swap areas on a disk in clear
	DumpsOff  bool     // a crash of this process writes its memory nowhere
	Locked    bool     // this process is not swapped
	Pictures  int      // files of pictures in the folders
}

// Look gathers the facts. With an error some of them are not known.
func Look(w Where) (f Facts, err error) {
	var errs [5]error
	f.Sockets, errs[0] = Sockets("/", w.PIDs...)
	f.Remote, errs[1] = Remote("/")
	f.ClearSwap, errs[2] = ClearSwap("/")
	f.Pictures, errs[3] = Pictures(w.Folders...)
	f.Carrier, errs[4] = Carrier("/")
	f.DumpsOff, f.Locked = DumpsOff(), Locked("/")
	return f, errors.Join(errs[:]...)
}
