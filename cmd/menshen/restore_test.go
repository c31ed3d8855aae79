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
	id, err := age.GenerateX25519Identity()
	ts.Check(err)
	ts.Check(withVault(ts.MkAbs(args[0]), func(v *store.Vault) error {
		var gone policy.PersonID
		for _, name := range []policy.Private{"li", "wang"} {
			if gone, err = v.AddPerson(store.Door, policy.Person{Name: name}); err != nil {
				return err
			}
		}
		var backup bytes.Buffer
		if err := v.Backup(store.Door, &backup, true, id.Recipient()); err != nil {
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
		for path, content := range map[string][]byte{args[1]: backup.Bytes(), args[2]: []byte(id.String() + "\n"),
			args[3]: append(line, '\n')} {
			if err := os.WriteFile(ts.MkAbs(path), content, 0o600); err != nil {
				return err
			}
		}
		return nil
	}))
}
