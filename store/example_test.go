package store_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"menshen/policy"
	"menshen/store"
)

// A vault's life: made, given a person with a card, asked for them by their card, told of
// a decision, and rid of them.
func Example() {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	v, err := store.Create(filepath.Join(dir, "vault"), store.Options{Key: store.KeyFile(filepath.Join(dir, "key"))})
	if err != nil {
		log.Fatal(err)
	}
	defer v.Close()

	id, err := v.AddPerson(store.Door, policy.Person{Name: "Li Na", Lang: "zh"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := v.AddCredential(store.Door, id, policy.CardKind, []byte("26:17:4242"), "grey fob", true); err != nil {
		log.Fatal(err)
	}

	person, credential, err := v.FindCredential(policy.CardKind, []byte("26:17:4242"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("found:", person.Name.Reveal(), "- and in a log:", person.Name)

	now := time.Now()
	decision := policy.Decide(policy.Attempt{At: now, Clock: policy.Clock{Trusted: true}, Door: "front",
		Means: policy.ByCard, Person: &person, CredentialID: credential})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := v.RecordDecision(ctx, decision); err != nil {
		log.Fatal(err) // store.ErrSlow: it is written later
	}
	fmt.Println("granted:", decision.Grant, decision.Reason)

	receipt, err := v.RemovePerson(store.Door, id, "lease end")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("remains found:", receipt.Found, "- the receipt is signed:", receipt.Verify(v.PublicKey()))

	var export bytes.Buffer
	if err := v.ExportAudit(&export); err != nil {
		log.Fatal(err)
	}
	report, err := store.VerifyExport(&export, v.PublicKey())
	fmt.Println("the audit log is whole:", report.OK, err)
	// Output:
	// found: Li Na - and in a log: (private)
	// granted: true card
	// remains found: 0 - the receipt is signed: true
	// the audit log is whole: true <nil>
}
