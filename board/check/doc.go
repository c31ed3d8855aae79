// Package check is the installer's self-test of a door. It tries each wire with the
// installer at the door and makes a report, which the unit signs. A door counts as tested
// only by such a report (R-SAFE).
//
// # How it goes
//
// [Plan] makes the list of steps from the configuration. What a door does not have is in the list
// too, as absent, with the reason. A [Session] takes an [Installer] through the steps. The program
// measures what it can: the time from the exit button to the relay, the bounce of a contact, how
// long the disk takes to write. It asks where only eyes and ears can tell: "Did the lock let go?"
//
// A step can be repeated or skipped. The report tells what was skipped; a step on which
// people's safety depends is skipped only after a second question. Keys typed before a
// question do not answer it (answers.go). A session that was broken off, by a power cut too,
// can be resumed ([Keep], [Session.Resume]). Its state is signed by the unit, so that a
// failure cannot be edited out of it.
//
// # The lock meanwhile
//
// A unit that runs moves the lock itself (Door.Lock, decision 54). Where its service is stopped the
// check keeps the promise of the unit: the exit button and the fire input release the lock at any
// moment of any step (strike.go, with the unit's own state machine). Before each move of the relay
// its reason is recorded. However a session ends, it leaves the lock at rest.
//
// # Measuring
//
// Inputs: bounce and delay are the time between edges, which the kernel dates, so that a busy
// board measures the same as an idle one (lines.go). A pin that has no edges is read every
// 5 ms. Disk: 200 writes of 4 KiB, each synced, in the vault's folder (storage.go). Camera: what
// the eye reports in three seconds in its aiming mode, in which no face is measured; the
// frames are overwritten unseen.
//
// # Figures
//
// A whole session on a simulated door takes 15 s with an installer who answers at once (go test
// -run CheckAtATerminal -v ./cmd/menshen). Each of 26 faults is found by its own step (go test -run
// EachFault -v ./board/check).
//
// # What it cannot tell
//
// It misses a pulse of the relay that is too short for eyes and ears; the tests on lines of the
// kernel look for those (make vboard). The state of the lock while no program holds its line is
// tried at the door (step "restart").
package check
