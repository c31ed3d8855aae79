package page

import "menshen/internal/i18n"

// wordsDoors are the words of the doors of a site.
func wordsDoors(n int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.doors", "All doors"),
		i18n.M("page.doors-lead", "Each door of the site, as it told last how it is. A door that has not been heard "+
			"of for long may be otherwise by now."),
		i18n.N(n, "page.doors-n", "%s door of the site", "%s doors of the site", arg1),
		i18n.N(n, "page.doors-troubled", "%s door needs a look", "%s doors need a look", arg1),
		i18n.M("page.doors-in-order", "Each door has told that all is in order."),
		i18n.M("page.doors-versions", "The doors do not all have the same version of the program."),
		i18n.M("page.door-name", "Door"),
		i18n.M("page.door-heard", "Heard of"),
		i18n.M("page.door-here", "this door"),
		i18n.M("page.door-never", "never"),
		i18n.M("page.door-version", "Version"),
		i18n.M("page.door-image", "(image %s)", arg1),
		i18n.M("page.door-supply", "Supply"),
		i18n.M("page.door-faces", "Faces"),
		i18n.M("page.face-at", "Stored at"),
		i18n.M("page.also-at", "And my face may go to the door \"%s\" too", arg1),
		i18n.M("page.face-named", "May go to"),
		i18n.M("page.face-named-at", "agreed %s, notice %s", arg1, arg2),
		i18n.M("page.door-left", "sent away"),
		i18n.M("page.door-seat", "The manager's seat, no door"),
		i18n.M("page.door-fault", "Fault: %s", arg1),
		i18n.N(n, "page.door-due", "%s erasure waits there", "%s erasures wait there", arg1),
		i18n.N(n, "page.door-silent", "Heard of %s day ago", "Heard of %s days ago", arg1),
		i18n.M("page.door-untold", "has not told how it is"),
		i18n.M("page.door-in-order", "In order"),

		i18n.M("page.order-lockdown", "Lockdown of all doors"),
		i18n.M("page.order-evacuation", "Evacuation: all doors stand open"),
		i18n.M("page.order-here", "Given here by %s at %s, until %s.", arg1, arg2, arg3),
		i18n.M("page.order-there", "Given at the door %s, known here since %s, until %s.", arg1, arg2, arg3),
		i18n.M("page.order-end", "End it at all doors"),
		i18n.M("page.order-end-text", "This door ends it at once, and each other one when it hears of it."),
		i18n.M("page.order-lock-all", "Lock down all doors"),
		i18n.M("page.order-lock-text", "No card, code or face opens any door of the site until this is ended or its "+
			"time is over. Exit buttons, fire inputs and the staffed release still open them. A door that is cut off "+
			"hears of it later."),
		i18n.M("page.order-open-all", "Evacuate: open all doors"),
		i18n.M("page.order-open-text", "All doors of the site are unlocked for everybody, also for those outside, "+
			"until this is ended or its time is over. A door that is cut off hears of it later."),
		i18n.M("page.order-for", "For at most"),

		i18n.M("page.events", "Events for the managers"),
		i18n.M("page.events-text", "Each door tells of alarms, faults, orders, updates and erasures, sealed to the "+
			"keys of the managers. Doors carry it and cannot read it; nobody's comings and goings are among it. The "+
			"holder of a key saves it here and reads it with: menshen-site events --key KEYFILE events.site"),
		i18n.N(n, "page.manager-keys", "%s key", "%s keys", arg1),
		i18n.M("page.manager-name", "Whose it is"),
		i18n.M("page.manager-add", "Name a key"),
		i18n.M("page.manager-means", "Whoever has the secret half of the key will read what happens at all doors."),
		i18n.M("page.manager-remove", "Take it away"),
		i18n.M("page.manager-remove-text", "What happens from now on is not sealed to this key. What was sealed to "+
			"it before stays readable to it."),
		i18n.M("page.events-save", "Save the events"),
		i18n.M("page.events-saved", "The events were saved as a file, still sealed."),
		i18n.M("page.events-none", "No door has told anything yet."),

		i18n.M("page.answers-open", "Erasures that some door has not answered yet"),
		i18n.M("page.answers-all", "All doors have answered all erasures."),
		i18n.M("page.answers-person", "Somebody who was erased"),
		i18n.M("page.answers-face", "The face of %s", arg1),
		i18n.M("page.answers-of-face", "At the doors of the site"),
		i18n.M("page.answer-waits", "not answered yet"),
		i18n.M("page.answer-nothing", "had nothing"),
		i18n.M("page.answer-erased", "erased"),
		i18n.N(n, "page.answer-found", "%s block was still found", "%s blocks were still found", arg1),
		i18n.M("page.answers-before", "This was before the door here joined the site: the other doors know "+
			"who answered."),
	}
}
