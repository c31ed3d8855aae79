package scene

import "menshen/internal/i18n"

// Title is what the scene says first, in a few words that are read at two metres.
func (s Scene) Title() i18n.Message {
	switch s.Kind {
	case Ready:
		return s.Ways.title()
	case Acting:
		return s.Act.Message()
	case Looking, Enrolling, WalkingUp:
		if s.Advice != Fine {
			return s.Advice.Message()
		}
	case Refused:
		return refused
	}
	if w, ok := words[s.Kind]; ok {
		return w.title
	}
	return words[Broken].title
}

// Line says what to do, or what it means, below the title; the zero Message: the title says it all.
func (s Scene) Line() i18n.Message {
	switch {
	case s.tellsWithdrawal():
		return mayWithdraw
	case s.Kind == Ready && s.Ways.Has(ByFace) && s.Advice != Fine:
		return s.Advice.Message()
	case s.Kind == Ready:
		return s.Ways.line()
	case s.Kind == Refused, s.Kind == Waiting:
		return s.Next.Message()
	}
	return words[s.Kind].line
}

// tellsWithdrawal reports whether the line says how a face is taken back.
func (s Scene) tellsWithdrawal() bool {
	return s.MayWithdraw && s.Kind != Asking && (s.Kind == Opened || s.Done >= 2)
}

// title and line are those of a kind that needs no more than itself.
type wording struct{ title, line i18n.Message }

var (
	refused     = i18n.M("scene.refused", "Not opened")
	mayWithdraw = i18n.M("scene.may-withdraw", "To take your face back: tap your card five times in a row")
	again       = i18n.M("scene.come-again", "Now come again, as you will every day")
)

var words = map[Kind]wording{
	Looking: {title: i18n.M("scene.look", "Please look here")},
	Waiting: {title: i18n.M("scene.wait", "One moment, please")},
	Code:    {i18n.M("scene.code", "Now enter your code"), i18n.M("scene.code-line", "Then press #")},
	Second: {i18n.M("scene.second", "Now a second person"),
		i18n.M("scene.second-line", "This door opens for two: the other one taps a card or enters a code")},
	Opened: {title: i18n.M("scene.opened", "Please come in")},
	Exit:   {title: i18n.M("scene.exit", "The door is open")},
	Free:   {title: i18n.M("scene.free", "The door is open"), line: i18n.M("scene.free-line", "Just come in")},
	Closing: {i18n.M("scene.closing", "Please close the door"),
		i18n.M("scene.closing-line", "It has been open for a while")},
	Alarm: {i18n.M("scene.alarm", "Alarm"), i18n.M("scene.alarm-line", "Please close the door. Staff have been told")},
	Fire:  {i18n.M("scene.fire", "Fire: leave now"), i18n.M("scene.fire-line", "The door is open")},
	Evacuation: {i18n.M("scene.evacuation", "Please leave the building now"),
		i18n.M("scene.evacuation-line", "The door is open")},
	Lockdown: {i18n.M("scene.lockdown", "This door is locked for now"),
		i18n.M("scene.lockdown-line", "You can always get out from inside")},
	Broken: {i18n.M("scene.broken", "This door needs repair"), i18n.M("scene.broken-line", "Please call for help")},
	SetUp:  {i18n.M("scene.set-up", "This door is not set up yet"), i18n.Message{}},
	Staff:  {i18n.M("scene.staff", "Staff are working here"), i18n.M("scene.staff-line", "Cards and codes work")},

	Notice: {title: i18n.M("scene.notice", "What this door would do with your face")},
	Consent: {i18n.M("scene.consent", "Do you agree?"),
		i18n.M("scene.consent-line", "Yes: tap your own card. No: do nothing, and nothing changes for you")},
	Standing:    {title: i18n.M("scene.stand", "Please look here")},
	Enrolling:   {title: i18n.M("scene.enrolling", "Hold still, please")},
	SteppingOut: {title: i18n.M("scene.step-out", "Thank you. Now step aside"), line: again},
	WalkingUp:   {title: again},
	Stored: {i18n.M("scene.stored", "Your face is stored"),
		i18n.M("scene.stored-line", "To take it back: tap your card five times. Your card works as before")},
	NotStored: {i18n.M("scene.not-stored", "Nothing was stored"),
		i18n.M("scene.not-stored-line", "Your card works as before")},
	Grown: {title: i18n.M("scene.grown", "Thank you, that was all")},

	Asking: {i18n.M("scene.asking", "Take your face back?"),
		i18n.M("scene.asking-line", "Yes: wait three seconds, then tap once more. No: do nothing")},
	Erased: {i18n.M("scene.erased", "Your face is erased"), i18n.M("scene.erased-line", "Your card works as before")},
	NotErased: {i18n.M("scene.not-erased", "Your face opens nothing any more"),
		i18n.M("scene.not-erased-line", "Erasing it is not done yet. Please ask staff")},

	Called: {i18n.M("scene.called", "Somebody has been called"), i18n.M("scene.called-line", "Please wait a moment")},
	Coming: {i18n.M("scene.coming", "Somebody is coming"), i18n.Message{}},
	Nobody: {i18n.M("scene.nobody", "Nobody could answer"), i18n.M("scene.nobody-line", "Please call for help")},

	Writing: {i18n.M("scene.writing", "Hold your card still"),
		i18n.M("scene.writing-line", "Leave it on the reader until the door answers")},
	Carried: {i18n.M("scene.carried", "Your card has your face"),
		i18n.M("scene.carried-line", "The door keeps none. To take it back: tap your card five times")},
}

// Message says what a person who was not let in may do next.
func (n Next) Message() i18n.Message {
	if !n.Valid() {
		n = AskStaff
	}
	return nexts[n]
}

var nexts = [...]i18n.Message{
	Nothing:    {},
	TapCard:    i18n.M("scene.tap-card", "Please tap your card, or enter your code"),
	LookAgain:  i18n.M("scene.look-again", "Please look here once more"),
	TapAgain:   i18n.M("scene.tap-again", "Please hold the card still for a moment"),
	TryLater:   i18n.M("scene.try-later", "Too many tries: please wait a few minutes"),
	OtherHour:  i18n.M("scene.other-hour", "Not at this time"),
	AskStaff:   i18n.M("scene.ask-staff", "Please ask for help"),
	CloseOther: i18n.M("scene.close-other", "Please close the other door first"),
}

// title and line say how this door is opened. A face is always told last, as a choice.
func (ways Ways) title() i18n.Message {
	switch {
	case ways.Has(ByCard | ByCode):
		return i18n.M("scene.card-or-code", "Tap a card or enter a code")
	case ways.Has(ByCard):
		return i18n.M("scene.card", "Tap a card")
	case ways.Has(ByCode):
		return i18n.M("scene.enter-code", "Enter a code")
	}
	return words[Lockdown].title
}

func (ways Ways) line() i18n.Message {
	switch {
	case ways.Has(ByFace | CardFirst):
		return i18n.M("scene.then-look", "Then look here, if you chose to: faces are a choice")
	case ways.Has(ByFace):
		return i18n.M("scene.or-look", "Or look here, if you chose to: faces are a choice")
	case ways.Has(Resting):
		return i18n.M("scene.resting", "Faces rest just now")
	case ways.Has(ByPass):
		return i18n.M("scene.hold-pass", "Visitors: hold your code to the camera")
	}
	return i18n.Message{}
}
