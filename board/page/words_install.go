package page

import "menshen/internal/i18n"

// wordsInstall are the words of the view Installer and of the self-test.
func wordsInstall(int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.installer", "Installer"),
		i18n.M("page.install-print", "Print"),
		i18n.M("page.wiring", "Wiring"),
		i18n.M("page.wires-caption", "Each wire, by the pins of the header"),
		i18n.M("page.no-wires", "No wire is on this header."),
		i18n.M("page.wiring-pin", "Pin"),
		i18n.M("page.pin-name", "Name"),
		i18n.M("page.wiring-wire", "Wire"),
		i18n.M("page.power-up", "At power-up"),
		i18n.M("page.pulled-up", "pulled up"),
		i18n.M("page.pulled-down", "pulled down"),
		i18n.M("page.wiring-refused", "Refused"),
		i18n.M("page.wiring-warning", "Warning"),
		i18n.M("page.pin-1", "Pin 1: %s", arg1),
		i18n.M("page.board-unknown", "The unit does not know which board it runs on, so it cannot draw its header. "+
			"Write board = \"…\" under [unit] in the configuration."),
		i18n.M("page.elsewhere", "Not on the header"),
		i18n.M("page.power", "Supply and ground"),

		i18n.M("page.install-readers", "Readers"),
		i18n.M("page.readers-hint", "What came since the start. Show a card to a reader to see how it comes over the "+
			"wire: the strokes are pulses in their times. They do not tell which card it was."),
		i18n.M("page.reader-secure", "secure channel"),
		i18n.M("page.reader-not-secure", "no secure channel"),
		i18n.M("page.reader-opened", "The reader was opened, or taken off its wall."),
		i18n.M("page.reader-supply-fails", "Its supply fails, says the reader: look at its power."),
		i18n.M("page.reader-next", "next try"),
		i18n.M("page.reader-address", "address"),
		i18n.M("page.reader-at", "%s, at %s baud", arg1, arg2),
		i18n.M("page.reader-device", "device"),
		i18n.M("page.reader-in-clear", "%s (said in clear: not proven)", arg1),
		i18n.M("page.reader-abilities", "abilities"),
		i18n.M("page.reader-inputs", "its inputs"),
		i18n.M("page.reader-outputs", "its outputs"),
		i18n.M("page.reader-install", "Give it a key"),
		i18n.M("page.reader-install-hint", "A new reader takes its first key over the wire under a key that everybody "+
			"knows. Do it while nobody else reaches its cable: best at the unit, before it is mounted. It may take "+
			"one for ten minutes; you may stop before."),
		i18n.M("page.reader-installed", "It has its key. What it says is encrypted from now on."),
		i18n.M("page.last-frames", "The last frames, the newest first"),
		i18n.M("page.no-frames", "No frame came yet."),
		i18n.M("page.frame-read", "read"),
		i18n.M("page.frame-not-read", "not read"),
		i18n.M("page.pulses", "%s pulses, %s apart, %s in all.", arg1, arg2, arg3),
		i18n.M("page.pulse-odd", "Pulse %s came %s after the one before.", arg1, arg2),
		i18n.M("page.pulses-lost", "%s pulses were lost.", arg1),

		i18n.M("page.self-test", "Self-test"),
		i18n.M("page.self-test-text", "Each wire of the door is tried, with you in front of it: lock, exit button, "+
			"fire input, door contact, lamps, readers, camera. At the end there is a report that the unit signs."),
		i18n.M("page.self-test-works", "The door works on meanwhile: the exit button and the fire input release it, "+
			"and cards open it. Only the part that is tried is the test's."),
		i18n.M("page.self-test-begin", "To the self-test"),
		i18n.M("page.self-test-go", "Begin, or go on"),
		i18n.M("page.self-test-afresh", "Begin from the first step"),
		i18n.M("page.step-of", "Step %s of %s", arg1, arg2),
		i18n.M("page.step-expected", "What a good door does: %s", arg1),
		i18n.M("page.safety-step", "People's safety depends on it"),
		i18n.M("page.step-begin", "Begin this step"),
		i18n.M("page.step-before", "The step before"),
		i18n.M("page.step-skip", "Skip this step"),
		i18n.M("page.step-stop", "Stop for now"),
		i18n.M("page.step-again", "Try again"),
		i18n.M("page.step-as-failed", "Go on, as failed"),
		i18n.M("page.skip-text", "The report says that it was skipped."),
		i18n.M("page.skip-safety", "People's safety depends on this step. Without it the door does not count as "+
			"tested."),
		i18n.M("page.seconds-left", "%s s left", arg1),
		i18n.M("page.check-yes", "Yes"),
		i18n.M("page.check-no", "No"),
		i18n.M("page.unit-sees", "What the unit sees"),
		i18n.M("page.check-results", "Results"),
		i18n.M("page.check-over", "The self-test is over"),
		i18n.M("page.check-stopped", "Stopped. The lock is at rest, and the next self-test goes on from here."),
		i18n.M("page.check-tested", "The door counts as tested. The signed report is on file."),
		i18n.M("page.check-untested", "The door does not count as tested: repair what failed, and go on."),
		i18n.M("page.report-save", "Save the signed report"),
	}
}
