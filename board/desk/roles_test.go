package desk_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/internal/attack"
	"menshen/internal/i18n"
	"menshen/store"
)

// rightsOf is who may call what at the methods, by the first letters of the roles: installer,
// technician, manager, auditor. It is written from what each role is for, and stands beside the
// desk's own table so that a slip in one of them shows.
var rightsOf = map[string]string{
	"Status": "itma", "Clock": "itma", "NeverIn": "ma", "Law": "itma", "Waits": "itma", "Notice": "itma",
	"VerifyAudit": "itma",
	"CheckVault":  "itma", "WritePage": "itma",
	"SetSecret": "itma", "AssignOperatorCard": "itma", // one's own; another's is the manager's, below

	"AnswerBell": "itm", "ShowNotice": "m", "SwitchOutput": "itm",
	"OpenDoor": "itm", "Lockdown": "itm", "Evacuate": "itm", "Watch": "itm", "Aim": "itm", "SeeSign": "itm",
	"GiveOrder": "itm", "EndOrders": "itm",
	"Wiring": "itm", "Readers": "itm", "InstallReader": "itm", "Check": "itm",
	"SetReaderAddress": "itm", "SetReaderSpeed": "itm", "SendReaderFile": "itm",
	"SetTime": "tm", "ConfirmTime": "m", "UnlockFaces": "tm",
	"Decisions": "tma", "Why": "tma",
	"Site": "itma", "FoundSite": "m", "AskToJoin": "m", "AdmitDoor": "m", "JoinSite": "m", "SendDoorAway": "m",
	"CarrySite": "tm", "AnswersOf": "ma", "FacesOf": "ma",
	"Managers": "tma", "SetManager": "m", "RemoveManager": "m", "SiteEvents": "tma", "WriteSiteEvents": "tm",
	"LookForUpdate": "tm", "InstallUpdate": "tm", "TryUpdate": "tm",

	"Find": "ma", "Person": "ma", "OutFiles": "ma", "TakeFile": "ma",
	"Stored": "ma", "Copy": "ma", "Drifted": "ma", "MayBeOnCard": "ma", "ListPasses": "ma",
	"PassesOf": "ma", "PrintPass": "m",
	"Hours": "ma", "HoursLog": "ma", "May": "ma", "Who": "ma", "Leases": "ma", "LeaseOf": "ma",
	"OldNotice": "ma", "Requests": "ma",
	"Incidents": "ma", "Assessment": "ma",
	"Filing": "ma", "Receipts": "ma", "ExportAudit": "ma", "CopyToStick": "ma", "ListStick": "ma", "Dossier": "ma",
	"WriteReceipts": "ma",
	"Operators":     "ma", "Retention": "ma",

	"PlanImport": "m", "Import": "m", "LastImport": "m", "UndoImport": "m", "OpenList": "m",
	"ExportList": "m", "WriteList": "m", // of a list that there is not; which role has which is below

	"AddPerson": "m", "ChangePerson": "m", "RemovePerson": "m", "AssignCard": "m", "IssueCard": "m",
	"ReplaceCard": "m", "WhoWantsCards": "m", "WhoseCard": "ma", "RetireCard": "m",
	"AssignPIN": "m", "PINLength": "m", "RevokeCredential": "m",
	"Consent": "m", "Refuse": "m", "Withdraw": "m", "Enrol": "m", "EnrolOnCard": "m",
	"Again": "m", "NotAgain": "m", "Learn": "m", "StopLearning": "m", "AddPass": "m", "EndPass": "m",
	"OpenIncident": "m", "ChangeIncident": "m", "Letters": "m", "PutAssessment": "m", "AddRequest": "m",
	"AnswerRequest":  "m",
	"AssessmentForm": "m", "Draft": "m", "KeepDraft": "m", "PutElsewhere": "m", "PutFiled": "m",
	"Inquire": "m", "SetPassphrase": "m", "Backup": "m", "Rotate": "m",
	"PreviewHours": "m", "ChangeHours": "m", "UseFileHours": "m", "ExtendLeases": "m",
	"AddOperator": "m", "ChangeOperator": "m", "NewRecovery": "m",
}

// withoutSession are the desk's methods for operators who are not logged in, or are leaving.
var withoutSession = []string{"LogIn", "Recover", "LogOut", "Acknowledge", "Now"}

var roles = map[byte]store.Role{'i': store.Installer, 't': store.Technician, 'm': store.Manager, 'a': store.Auditor}

// TestROperatorRights calls each of the desk's methods as each role. A role without the right is
// told so and nothing happens: no record, no move of the relay. A session that ended, or whose
// owner has not signed the commitment, may do nothing.
func TestROperatorRights(t *testing.T) {
	attack.Run(t, "desk: every method as every role", 1, func(c *attack.Campaign) {
		b := newBench(t)
		b.Someone(1)
		b.Start()
		sessions := map[byte]desk.Session{'m': b.Staff}
		for letter, role := range roles {
			if letter != 'm' {
				sessions[letter] = b.Operator("op-"+string(role), role)
			}
		}
		ended := b.Operator("gone", store.Manager)
		b.Desk.LogOut(ended, "asked")
		unsigned := b.unsigned("new")
		methods := reflect.ValueOf(b.Desk)
		takesSession := 0
		for i := range methods.NumMethod() {
			name := methods.Type().Method(i).Name
			method := methods.Method(i)
			may, known := rightsOf[name]
			if !known {
				if !slices.Contains(withoutSession, name) {
					t.Errorf("%s stands in no table: who may call it?", name)
				}
				continue
			}
			takesSession++
			for letter, session := range sessions {
				if strings.IndexByte(may, letter) >= 0 {
					continue
				}
				before, moves := b.newest(), len(b.Relay.Moves())
				if err := try(method, session); !errors.Is(err, desk.ErrNotAllowed) {
					t.Errorf("%s as %s: %v", name, roles[letter], err)
				}
				if after := b.newest(); after != before || len(b.Relay.Moves()) != moves {
					t.Errorf("%s as %s was refused and left something: entry %d after %d", name, roles[letter],
						after, before)
				}
				c.Count("refused to a role")
			}
			if err := try(method, ended); !errors.Is(err, desk.ErrEnded) {
				t.Errorf("%s after log-out: %v", name, err)
			}
			if err := try(method, unsigned); !errors.Is(err, desk.ErrNotAcknowledged) {
				t.Errorf("%s before the commitment was signed: %v", name, err)
			}
			c.Count("refused after log-out")
			c.Count("refused before the commitment")
		}
		if takesSession != len(rightsOf) {
			t.Errorf("the table has %d rows, the desk %d such methods", len(rightsOf), takesSession)
		}
		for letter, session := range sessions { // another's account
			if letter == 'm' {
				continue
			}
			if err := b.Desk.AssignOperatorCard(t.Context(),
				session, "anna", func(desk.Step) {}); !errors.Is(err, desk.ErrNotAllowed) {
				t.Errorf("the manager's card as %s: %v", roles[letter], err)
			}
			c.Count("refused another's account")
		}
	})
}

// try calls a method with a session and with something of each other type that it takes.
func try(method reflect.Value, s desk.Session) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a wait for a card at the door ends
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		switch at := method.Type().In(i); {
		case at == reflect.TypeFor[context.Context]():
			in = append(in, reflect.ValueOf(ctx))
		case at == reflect.TypeFor[desk.Session]():
			in = append(in, reflect.ValueOf(s))
		case at.Kind() == reflect.Func:
			in = append(in, reflect.MakeFunc(at, func([]reflect.Value) []reflect.Value { return nil }))
		case at.Kind() == reflect.String:
			in = append(in, reflect.ValueOf("anna").Convert(at))
		default:
			in = append(in, reflect.Zero(at))
		}
	}
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	out := call(in)
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

// newest is the number of the log's last entry.
func (b *bench) newest() uint64 {
	es, err := b.Vault.Entries(0, 1, true)
	if err != nil || len(es) != 1 {
		b.Fatalf("%d entries, %v", len(es), err)
	}
	return es[0].Seq
}

// unsigned makes a manager who is logged in and has not signed the commitment.
func (b *bench) unsigned(name string) desk.Session {
	b.Helper()
	if _, err := b.Vault.AddOperator(store.Door, name, store.Manager, []byte(boardtest.Secret)); err != nil {
		b.Fatal(err)
	}
	s, err := b.Desk.LogIn(context.Background(), "test", name, desk.Secret(boardtest.Secret), i18n.English, nil)
	if err != nil || s.Commitment == nil {
		b.Fatalf("%+v, %v", s, err)
	}
	return s
}
