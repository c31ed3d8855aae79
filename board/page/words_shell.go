package page

import "menshen/internal/i18n"

// wordsShell are the words that every view shares.
func wordsShell(int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.desk", "Menshen: the desk"),
		i18n.M("page.skip", "Skip to the content"),
		i18n.M("page.menu", "Menu"),
		i18n.M("page.language", "Language"),
		i18n.M("page.log-out", "Log out"),
		i18n.M("page.group-door", "The door"),
		i18n.M("page.group-people", "People"),
		i18n.M("page.group-law", "The law"),
		i18n.M("page.group-unit", "The unit"),

		i18n.M("page.cancel", "Cancel"),
		i18n.M("page.close", "Close"),
		i18n.M("page.optional", "(optional)"),
		i18n.M("page.needed", "fill this in"),
		i18n.M("page.check-form", "Something is missing or wrong"),
		i18n.M("page.done", "Done. It is on record."),
		i18n.M("page.still-there", "Are you still there?"),
		i18n.M("page.idle-soon", "Nobody has worked here for a while: the unit will soon log you out."),
		i18n.M("page.stay", "I am here"),
		i18n.M("page.asking", "Asking the unit…"),
		i18n.M("page.read-again", "Read again"),
		i18n.M("page.try-again", "Try again"),
		i18n.M("page.print", "Print"),
		i18n.M("page.name", "Name"),
		i18n.M("page.apartment", "Apartment"),
		i18n.M("page.state", "State"),
		i18n.M("page.save-file", "Save as a file"),

		i18n.M("page.line-gone", "the unit is not connected"),
		i18n.M("page.no-answer", "the unit does not answer"),
		i18n.M("page.too-long", "this is too long for one request"),
		i18n.M("page.broken", "Something in this page went wrong"),
		i18n.M("page.reading-file", "Reading %s from the unit", arg1),
		i18n.M("page.sending-file", "Sending the file to the unit"),
		i18n.M("page.file-damaged", "the file was damaged on the way: try again"),
		i18n.M("page.file-too-large", "the file is too large: at most 8 MB"),

		i18n.M("page.seconds", "%s s", arg1),
		i18n.M("page.minutes-seconds", "%s min %s s", arg1, arg2),
		i18n.M("page.hours-minutes", "%s h %s min", arg1, arg2),
		i18n.M("page.days-hours", "%s days %s h", arg1, arg2),

		i18n.M("page.role-installer", "installer"),
		i18n.M("page.role-technician", "technician"),
		i18n.M("page.role-manager", "manager"),
		i18n.M("page.role-auditor", "auditor"),
	}
}
