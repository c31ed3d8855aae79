package main

import (
	"bytes"
	"encoding/json"
	"os"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"menshen/policy"
	"menshen/store"
)

// erasedSince makes a backup of two people, and the receipt of one who was erased since:
// erasedsince DOOR.toml BACKUP KEY RECEIPTS.
func erasedSince(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(backUp(ts.MkAbs(args[0]), ts.MkAbs(args[1]), ts.MkAbs(args[2]), ts.MkAbs(args[3])))
}

// backUp does it, with the files' full names.
func backUp(door, backup, key, receipts string) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	return withVault(door, func(v *store.Vault) error {
		var gone policy.PersonID
		for _, name := range []policy.Private{"li", "wang"} {
			if gone, err = v.AddPerson(store.Door, policy.Person{Name: name}); err != nil {
				return err
			}
		}
		var file bytes.Buffer
		if err := v.Backup(store.Door, &file, true, id.Recipient()); err != nil {
			return err
		}
		receipt, err := v.RemovePerson(store.Door, gone, "moved out")
		if err != nil {
			return err
		}
		line, err := json.Marshal(receipt)
		if err != nil {
			return err
		}
		for path, content := range map[string][]byte{backup: file.Bytes(), key: []byte(id.String() + "\n"),
			receipts: append(line, '\n')} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				return err
			}
		}
		return nil
	})
}
