package page

import "menshen/internal/i18n"

// wordsFaceWay are the words of a person's way to face entry, and back.
func wordsFaceWay(int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.face-of", "Face entry of a person"),
		i18n.M("page.face-of-whom", "Face entry: %s", arg1),
		i18n.M("page.face-back", "Back to the person"),
		i18n.M("page.way", "The steps"),
		i18n.M("page.way-choice", "Their choice"),
		i18n.M("page.way-notice", "The notice"),
		i18n.M("page.way-card", "Their own card"),
		i18n.M("page.way-camera", "The camera"),
		i18n.M("page.leave-it", "Leave it"),

		i18n.M("page.face-wanted", "Does this person want face entry?"),
		i18n.M("page.face-choice", "A card, a PIN or a pass opens the same door at the same hours. Face entry "+
			"is an offer, and only for those who want it."),
		i18n.M("page.face-choice-no", "A no changes nothing else for them. It is recorded, so that nobody asks "+
			"them again."),
		i18n.M("page.face-hear-more", "They want to read about it"),
		i18n.M("page.face-say-no", "No, thank you"),
		i18n.M("page.face-no-recorded", "Recorded. They will not be asked again."),
		i18n.M("page.face-no-stands", "They said no"),
		i18n.M("page.face-refused-on", "Face entry was refused on %s.", arg1),
		i18n.M("page.face-withdrawn-on", "Face entry was withdrawn on %s, and the face destroyed.", arg1),
		i18n.M("page.face-do-not-ask", "Do not ask them again. Their card works as before."),
		i18n.M("page.face-they-came", "They came to ask for it themselves"),
		i18n.M("page.face-own-request", "Go on only if nobody asked them. If they then do not agree with their "+
			"own card, that goes on record, and a manager must look into it."),
		i18n.M("page.face-they-asked", "They asked for it"),

		i18n.M("page.notice-read", "The notice, for the person to read"),
		i18n.M("page.notice-read-by-them", "They have read it, or had it read to them, and want face entry of "+
			"their own free will"),
		i18n.M("page.notice-yes", "Yes: their card comes next"),
		i18n.M("page.notice-no", "No, they do not want it"),
		i18n.M("page.notice-foot", "Version %s. SHA-256 of these words: %s", arg1, arg2),
		i18n.M("page.guardian-decides", "Under 14: a parent or guardian reads this and decides."),
		i18n.M("page.guardian-name", "Name of the parent or guardian"),
		i18n.M("page.guardian", "Relation"),
		i18n.M("page.guardian-hint", "mother, father, grandmother…"),
		i18n.M("page.card-own", "Their own card"),
		i18n.M("page.card-means", "Nobody can agree for them: the door waits a minute for the person's own card."),
		i18n.M("page.card-waiting", "The door waits for the card…"),
		i18n.M("page.consent-recorded", "The consent is recorded. The camera comes next, now or on another day."),
		i18n.M("page.consent-renewed", "The consent to the present notice is recorded. The face goes on working."),

		i18n.M("page.enrol-face", "Take the face"),
		i18n.M("page.enrol-means", "The person stands before the door's camera, alone in the picture. It takes "+
			"five pictures, then they step out of it and walk up as every day, as a trial. Only then a template "+
			"is stored, and never a picture."),
		i18n.M("page.enrol-picture-means", "If you cannot see the camera from here, its picture helps you to "+
			"guide them. That you look goes on record, lamp and buzzer tell of it, and it ends with the "+
			"enrolment."),
		i18n.M("page.enrol-begin", "Begin"),
		i18n.M("page.enrol-with-picture", "Begin with the camera's picture"),
		i18n.M("page.enrol-on-card", "Begin, for their own card"),
		i18n.M("page.enrol-on-card-means", "If they prefer it, their own card carries the face and the door keeps "+
			"none: after the pictures they hold the card to the reader."),
		i18n.M("page.enrolled-on-card", "Their card carries the face now, and the door keeps none of it. It was made "+
			"of %s pictures, none of which is kept.", arg1),
		i18n.M("page.face-write-anew", "Write it anew, or to a second card"),
		i18n.M("page.face-anew-means", "As the first time: five pictures and a trial, then they hold the card to the "+
			"reader. One face fits on a card."),
		i18n.M("page.face-on-card", "with the card that carries it; nothing of it is stored here"),
		i18n.M("page.enrol-nothing", "Ended. Nothing was stored."),
		i18n.M("page.enrol-of", "%s of %s", arg1, arg2),
		i18n.M("page.enrol-pictures", "First part: pictures"),
		i18n.M("page.enrol-trial", "Second part: the trial"),
		i18n.M("page.enrolled-from", "Face entry works now. The template was made of %s pictures, none of which "+
			"is kept.", arg1),
		i18n.M("page.enrolled-card-required", "Another person looks too similar: this face opens the door only "+
			"together with the card. Tell them so."),
		i18n.M("page.enrolled-other-days", "A face is known far better when it was taken on three different days."),

		i18n.M("page.face-stands", "How it stands"),
		i18n.M("page.face-state", "Face"),
		i18n.M("page.face-guardian", "Guardian"),
		i18n.M("page.face-opens", "Opens the door"),
		i18n.M("page.face-with-card", "only together with the card: another person looks too similar"),
		i18n.M("page.face-alone", "yes; the card does so as well"),
		i18n.M("page.face-occasions", "Taken"),
		i18n.M("page.face-again", "The door asks"),
		i18n.M("page.face-again-until", "until %s", arg1),
		i18n.M("page.face-learning", "Learning from visits"),
		i18n.M("page.face-learns-since", "since %s", arg1),
		i18n.M("page.face-go-on", "Go on"),

		i18n.M("page.face-old-notice", "The notice has changed"),
		i18n.M("page.face-old-notice-means", "This person agreed to an earlier notice. The face goes on "+
			"working. Show them the present one; they agree to it with their own card, or not."),
		i18n.M("page.face-further", "The face at further doors"),
		i18n.M("page.face-further-means", "Only where they ask for it. The notice names doors to which their "+
			"template may go. They tick them, and agree with their own card."),
		i18n.M("page.face-show-notice", "Show the present notice"),

		i18n.M("page.face-once-more", "Take the face once more"),
		i18n.M("page.face-drifted", "The door knows this person less well than when the face was taken last: "+
			"new glasses, a beard, or time. You may offer to take it once more."),
		i18n.M("page.face-once-means", "A face taken on three days is known far better. The new pictures must "+
			"be like the stored face. At most five occasions are kept, then the oldest goes."),
		i18n.M("page.face-door-asks", "Or the door asks them: when they have opened it with their own card, it "+
			"asks them to look at the camera for a moment, once a day for 30 days, or until three occasions are "+
			"stored. They may walk on."),
		i18n.M("page.face-take-now", "Take it now"),
		i18n.M("page.face-let-door-ask", "Let the door ask"),
		i18n.M("page.face-not-again", "The door shall not ask"),
		i18n.M("page.again-recorded", "Recorded. The door asks at their next visits."),
		i18n.M("page.again-ended", "Recorded. The door does not ask them any more."),

		i18n.M("page.learn-asked-for", "They came to ask for learning from visits"),
		i18n.M("page.learn-means", "The door keeps one more template, at most once a week, from a visit with "+
			"card and face that was certain. It is a purpose of its own, with a consent of its own."),
		i18n.M("page.learn-own-request", "Nobody is to be asked for it."),
		i18n.M("page.learn-read-by-them", "They have read “Learning from visits” and want it of their own free "+
			"will"),
		i18n.M("page.learn-yes", "Yes: their card comes next"),
		i18n.M("page.learn-recorded", "Recorded. The door learns from their visits."),
		i18n.M("page.learn-end", "End learning"),
		i18n.M("page.learn-end-means", "What was learnt is destroyed at once. The face as it was taken goes on "+
			"working."),
		i18n.M("page.learn-ended", "Ended. What was learnt is destroyed."),

		i18n.M("page.withdraw", "End face entry"),
		i18n.M("page.withdraw-means", "The face opens nothing from then on and is destroyed at once, with a "+
			"signed receipt. No reason is needed. The card goes on working. The person can do it alone, too: "+
			"with their card at the reader, five times in a row, then once more after the long tones."),
		i18n.M("page.withdraw-consent", "The consent ends. No face is stored yet, so nothing has to be destroyed."),
		i18n.M("page.withdraw-sure", "The face is destroyed, and no copy is left. To have it again they must be "+
			"enrolled anew."),
		i18n.M("page.withdraw-now", "Destroy it now"),
		i18n.M("page.withdrawn", "Face entry has ended, and the face is destroyed."),
		i18n.M("page.withdrawn-card", "The card opens the door as before."),
	}
}
