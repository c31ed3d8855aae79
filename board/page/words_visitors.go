package page

import "menshen/internal/i18n"

// wordsVisitors are the words of visitors' passes.
func wordsVisitors(n int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.visitors", "Visitors"),
		i18n.M("page.visitors-lead", "A pass opens the door for a visitor: by a code before the camera, or "+
			"by digits at the keypad."),
		i18n.M("page.make-pass", "Make a pass"),
		i18n.M("page.all-passes", "All passes"),
		i18n.N(n, "page.passes-kept", "%s pass, until a day after its end",
			"%s passes, each until a day after its end", arg1),
		i18n.M("page.no-passes", "No pass is kept. Make one for the next visitor."),
		i18n.M("page.number", "Number"),
		i18n.M("page.valid", "Valid"),
		i18n.M("page.used-of", "Used"),
		i18n.M("page.n-of-m", "%s of %s times", arg1, arg2),
		i18n.M("page.invited-by", "Invited by"),
		i18n.M("page.staff", "staff"),
		i18n.M("page.made-by", "Made by"),
		i18n.M("page.end-pass", "End it"),
		i18n.M("page.end-pass-sure", "End the pass %s?", arg1),
		i18n.M("page.end-pass-text", "It opens nothing from now on, and its printed page is deleted from "+
			"the unit."),
		i18n.M("page.host-hint", "A name, an apartment or a handle. Empty: staff give the pass."),
		i18n.M("page.invites", "%s invites", arg1),
		i18n.M("page.valid-from", "Valid from"),
		i18n.M("page.valid-from-hint", "Empty: from now on"),
		i18n.M("page.valid-for", "Valid for"),
		i18n.N(n, "page.so-many-hours", "%s hour", "%s hours", arg1),
		i18n.N(n, "page.so-many-days", "%s day", "%s days", arg1),
		i18n.M("page.opens-times", "Opens the door"),
		i18n.N(n, "page.times", "%s time", "%s times", arg1),
		i18n.M("page.uses-hint", "How many times: 1 to 255"),
		i18n.M("page.uses-wrong", "a number from 1 to 255"),
		i18n.M("page.for-doors", "Doors"),
		i18n.M("page.for-doors-hint", "Names with commas between them, of: %s. Empty: this door alone. Each has some "+
			"of the uses; one that has spent its own is given more when the doors hear of each other.", arg1),
		i18n.M("page.for-doors-of", "Names with commas between them, of: %s. Each has some of the uses; one that has "+
			"spent its own is given more when the doors hear of each other.", arg1),
		i18n.M("page.doors-share", "The doors tell each other how often it was used, so that it is counted once."),
		i18n.M("page.pass-not-there", "It opens nothing at %s: no passes are taken there, as that door told last. Its "+
			"configuration needs [passes] enabled = true.", arg1),
		i18n.M("page.left-at", "Left at"),
		i18n.M("page.which-person", "Which one?"),
		i18n.M("page.nobody-is-meant", "nobody fits this: try fewer letters, or the apartment alone"),
		i18n.M("page.too-many-fit", "%s people fit: write more of the name, or the apartment", arg1),
		i18n.M("page.pass-made", "The pass is made"),
		i18n.M("page.visitors-pass", "Visitor's pass"),
		i18n.M("page.code-of-pass", "QR code of the pass %s", arg1),
		i18n.M("page.at-keypad", "At the keypad"),
		i18n.M("page.hold-up", "Hold the code flat before the camera or the scanner at the door, a hand's "+
			"width away."),
		i18n.M("page.pass-keep", "Whoever has this can come in. If it is lost, ask staff to end the pass."),
		i18n.M("page.pass-once", "It is shown only now."),
		i18n.M("page.pass-once-text", "Print it or save its picture before you leave this page. Afterwards "+
			"it can be ended, and not shown again."),
		i18n.M("page.print-page", "Print on A4"),
		i18n.M("page.print-label", "Print a label"),
		i18n.M("page.save-picture", "Save the picture"),
		i18n.M("page.save-page", "Save the page for A4"),
		i18n.M("page.save-label", "Save the label"),
		i18n.M("page.invite-visitor", "Invite a visitor"),
	}
}
