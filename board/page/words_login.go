package page

import "menshen/internal/i18n"

// wordsLogin are the words of the way in: the cable, the log-in, the commitment.
func wordsLogin(int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.connect-heading", "Connect to the door unit"),
		i18n.M("page.connect-lead", "This page works over a cable. It uses no network."),
		i18n.M("page.step-plug", "Plug the cable from the unit into this computer."),
		i18n.M("page.step-choose", "Choose the unit in the browser's list."),
		i18n.M("page.step-log-in", "Log in with your account at the unit."),
		i18n.M("page.choose-port", "Choose the unit"),
		i18n.M("page.connect-again", "Connect again"),
		i18n.M("page.another-port", "Choose another"),
		i18n.M("page.greeting", "Greeting the unit…"),
		i18n.M("page.nothing-leaves", "What you see here stays on the cable: when you close this page, "+
			"it keeps nothing."),
		i18n.M("page.served-lead", "This page reaches the unit through menshen-site on this computer."),
		i18n.M("page.connect", "Connect"),
		i18n.M("page.served-leaves", "Page and program keep nothing of what you do here."),
		i18n.M("page.served-used", "This address was used already, or another page was opened since: open the one "+
			"that menshen-site shows now"),
		i18n.M("page.served-no-unit", "menshen-site does not reach the unit: its terminal says why"),
		i18n.M("page.served-gone", "menshen-site does not run any more: start it again, and open "+
			"the address that it shows"),
		i18n.M("page.no-serial", "This browser cannot speak over a cable"),
		i18n.M("page.which-browser", "Open this file in Chrome, Edge or Opera on a computer. Firefox, Safari and "+
			"browsers of phones do not offer the serial interface."),
		i18n.M("page.port-in-use", "This port cannot be opened"),
		i18n.M("page.port-in-use-fix", "Another program or page may be using it: close that, or plug "+
			"the cable in again."),
		i18n.M("page.no-hello", "no unit answers at this port: choose another, or look whether the unit runs"),
		i18n.M("page.stale", "The unit and this page are of different versions: use the page that belongs to "+
			"the unit."),

		i18n.M("page.log-in-heading", "Log in"),
		i18n.M("page.log-in", "Log in"),
		i18n.M("page.name-of-account", "Name"),
		i18n.M("page.secret", "Secret"),
		i18n.M("page.checking", "The unit is checking…"),
		i18n.M("page.disconnect", "Disconnect"),
		i18n.M("page.release", "Release %s", arg1),
		i18n.M("page.ended-idle", "You were logged out, since nobody had worked here for a while."),
		i18n.M("page.ended-account", "You were logged out, since your account was changed."),
		i18n.M("page.ended-line", "The connection broke, and with it your session. What the unit had not finished was "+
			"not done."),
		i18n.M("page.ended-unit", "The unit ended the session."),

		i18n.M("page.forgot", "Forgot your secret?"),
		i18n.M("page.recover-lead", "With the code from your sealed envelope you can set a new secret. The code then "+
			"no longer works."),
		i18n.M("page.envelope-code", "Code from the envelope"),
		i18n.M("page.new-secret", "New secret"),
		i18n.M("page.secret-again", "New secret, once more"),
		i18n.M("page.secrets-differ", "the two differ"),
		i18n.M("page.set-secret", "Set the secret"),
		i18n.M("page.secret-is-set", "The new secret is set. Log in with it."),

		i18n.M("page.commitment", "Confidentiality commitment"),
		i18n.M("page.commitment-lead", "Read this and accept it before you work here. That you accept goes on record."),
		i18n.M("page.accept", "I accept"),
		i18n.M("page.decline", "No, log out"),
		i18n.M("page.version", "Version %s", arg1),
	}
}
