package page

import "menshen/internal/i18n"

// wordsFaces are the words of face entry at the door: whether it works, old notices, passphrase.
func wordsFaces(n int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.cards-go-on", "Cards, PINs and passes open the door as before."),
		i18n.N(n, "page.faces-work", "Face entry works, for %s person", "Face entry works, for %s people", arg1),
		i18n.M("page.faces-seat", "This is the manager's seat: faces are taken, and used, at the doors."),
		i18n.M("page.cards-too", "Each of them can use a card or PIN just as well."),
		i18n.M("page.faces-locked", "The faces are locked"),
		i18n.M("page.faces-locked-means", "After each start of the unit the faces open nothing until somebody "+
			"types their passphrase."),
		i18n.M("page.passphrase", "Passphrase of the faces"),
		i18n.M("page.unlock-faces", "Unlock the faces"),
		i18n.M("page.faces-unlocked", "The faces are unlocked. It is on record."),
		i18n.M("page.faces-passphrase", "Passphrase of the faces"),
		i18n.M("page.passphrase-means", "With a passphrase, who takes the unit away cannot read the faces in "+
			"it. After each start somebody must type it. Nobody can find it again for you: without it the faces "+
			"must be taken anew."),
		i18n.M("page.new-passphrase", "New passphrase"),
		i18n.M("page.passphrase-hint", "Several words that nobody guesses"),
		i18n.M("page.passphrase-again", "New passphrase, once more"),
		i18n.M("page.set-passphrase", "Set the passphrase"),
		i18n.M("page.passphrase-set", "The passphrase is set. It is on record."),
		i18n.M("page.passphrase-away", "Take the passphrase away"),
		i18n.M("page.passphrase-away-means", "The faces are then locked by the unit's own key alone, and work "+
			"after each start."),
		i18n.M("page.passphrase-gone", "The faces have no passphrase now. It is on record."),

		i18n.M("page.old-notice", "To be shown the new notice"),
		i18n.M("page.old-notice-means", "The notice has changed since these people agreed. Their face goes on "+
			"working; show them the present notice at their next visit."),
		i18n.M("page.old-notice-who", "That you read this list is on record."),
		i18n.M("page.old-notice-nobody", "Everybody with a face has agreed to the present notice."),
		i18n.M("page.face-apartment", "Apartment"),
		i18n.M("page.face-agreed", "Agreed"),

		i18n.M("page.receipt-title", "Receipt of an erasure"),
		i18n.M("page.receipt-lead", "The unit has destroyed what is named here, looked for it in all of its "+
			"files, and signed what it found."),
		i18n.M("page.receipt-none", "Nothing of a face was stored, so nothing had to be erased."),
		i18n.M("page.receipt-number", "Number"),
		i18n.M("page.receipt-unit", "Unit"),
		i18n.M("page.receipt-what", "Erased"),
		i18n.M("page.receipt-why", "Why"),
		i18n.M("page.receipt-sought", "Looked for"),
		i18n.M("page.receipt-signature", "Signature"),
		i18n.M("page.receipt-signed", "signed by the unit"),
		i18n.M("page.receipt-unsigned", "the signature does not fit"),
		i18n.M("page.receipt-verify", "On any machine, with the unit's public key from the dossier: menshen "+
			"receipt verify"),
		i18n.M("page.receipt-line", "The signed receipt"),
		i18n.M("page.receipt-save", "Save as a file"),
	}
}
