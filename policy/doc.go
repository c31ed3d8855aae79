// Package policy decides. From people, credentials, consent, hours and the state of a
// door it answers three questions:
//
//   - May this attempt open this door now? [Decide] (decide.go) has the whole deny order; the
//     questions are answered in questions.go.
//   - What does the door do next? [Door.Step] (step.go) is the state machine of relay, contact,
//     fire and alarms.
//   - Does this unit keep the law? [Review] checks the unit's real state against the rules of
//     law_people.go, law_data.go and law_site.go; [FacesOff] says which broken rule switches
//     faces off. Cards go on working.
//
// Only [Consent], [Enrol], [Refuse] and [Withdraw] change a consent. Every outcome has a [Reason],
// in words for the person at the door.
//
// It is pure: no clock, no disk, no goroutine. Time is an argument, and the same arguments give the
// same answer. It imports only the standard library and internal/i18n.
package policy
