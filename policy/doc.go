// Package policy decides. It knows people, credentials, consent, hours and the state of a door, and answers three questions:
//
//   - May this attempt open this door now? Decide, in decide.go, states the whole deny order; its answers are in questions.go.
//   - What does the door do next? Door.Step, in step.go, is the state machine of relay, contact, fire and alarms.
//   - Does this unit keep the law? Review holds the rules of law_people.go, law_data.go and law_site.go against the unit's real
//     state; FacesOff says which broken rule switches faces off. Cards go on working.
//
// Consent changes hands only by Consent, Enrol, Refuse and Withdraw (consent.go). Every outcome has a Reason, in words for the
// person at the door, in English and Chinese.
//
// It is pure: no clock, no disk, no goroutine; time is an argument and the same arguments give the same answer.
// It imports only the standard library.
package policy
