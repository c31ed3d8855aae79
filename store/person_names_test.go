package store

import (
	"testing"

	"menshen/policy"
)

// TestStoredNamesOfAPerson: fields that were renamed in Go keep the
// names by which vaults hold them.
func TestStoredNamesOfAPerson(t *testing.T) {
	var p person
	p.Credentials, p.Face.CardRequired = []policy.Credential{{ID: "c"}}, true
	b, err := encMode.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var stored struct {
		Keys []policy.Credential
		Face map[string]any
	}
	if err := decMode.Unmarshal(b, &stored); err != nil {
		t.Fatal(err)
	}
	if len(stored.Keys) != 1 || stored.Keys[0].ID != "c" {
		t.Errorf("credentials are not stored as Keys: %+v", stored.Keys)
	}
	if stored.Face["CardToo"] != true {
		t.Errorf("that a face needs the card is not stored as CardToo: %v", stored.Face)
	}
}
