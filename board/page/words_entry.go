package page

import "menshen/internal/i18n"

// wordsEntry are the words of the view Who may come in.
func wordsEntry(n int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.who-may-enter", "Who may come in"),
		i18n.M("page.who-could", "Everybody who could"),
		i18n.M("page.could-one", "Could this person?"),
		i18n.M("page.moment", "At which moment"),
		i18n.M("page.moment-hint", "Empty: now. Nothing is tried at the door. That you looked goes on record."),
		i18n.M("page.now", "Now"),
		i18n.M("page.show", "Show"),
		i18n.N(n, "page.could-enter", "%s person could come in at %s",
			"%s people could come in at %s",
			arg1, arg2),
		i18n.M("page.with-second", "Each of them only together with a second person."),
		i18n.M("page.by-apartment", "By apartment"),
		i18n.M("page.with", "With"),
		i18n.M("page.find", "Find"),
		i18n.M("page.name-or-apartment", "Name or apartment"),
		i18n.N(n, "page.people-found", "%s person found",
			"%s people found",
			arg1),
		i18n.M("page.nobody-found", "Nobody is called so."),
		i18n.M("page.has-nothing", "%s could not come in: they have no card, PIN or face.", arg1),
		i18n.M("page.could-not", "%s could not come in at %s: %s.", arg1, arg2, arg3),
		i18n.M("page.could", "%s could come in at %s.", arg1, arg2),
		i18n.M("page.could-second", "%s could come in at %s, together with a second person.", arg1, arg2),
		i18n.M("page.could-from", "They could from %s on.", arg1),
		i18n.M("page.opens", "opens"),
		i18n.M("page.opens-not", "does not open"),
	}
}
