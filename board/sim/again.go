package sim

import (
	"bytes"

	"menshen/store"
	"menshen/store/replay"
)

const decidedAgain = "each recorded decision is made again from its record"

// checkReplay exports the log and makes each of its decisions again, as 'menshen audit replay'
// does. Only of people who were erased since nothing is left to decide by.
func (w *world) checkReplay() {
	var export bytes.Buffer
	if err := w.door.vault.ExportAudit(&export); err != nil {
		w.fail(decidedAgain, "exporting the log: %v", err)
	}
	again := replay.New(true, nil)
	rep, err := store.ReadExport(&export, w.door.vault.PublicKey(), w.door.vault, func(e store.Entry) error {
		r, is := again.Take(e)
		if is && (r.Verdict == replay.Differs || r.Verdict == replay.NotReplayable && r.Lack != replay.Erased) {
			w.fail(decidedAgain, "%v", r.Message(false))
		}
		return nil
	})
	if err != nil || !rep.OK {
		w.fail(chainHolds, "the export does not verify: %v %v", rep, err)
	}
	w.Replayed, w.Unreplayed = again.Sums.All.Agree, again.Sums.All.NotReplayable
}
