package main

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"menshen/board/wiring"
	"menshen/store"
)

// vaultRetire clears the way for a backup. No operator can log in to a vault that does not
// open. The safeguards are that the old vault is destroyed and not opened, and that the
// backup needs the manager's key.
func vaultRetire() *cobra.Command {
	var path, identity string
	var destroy bool
	c := &cobra.Command{
		Use:   "retire BACKUP",
		Short: "destroy the key of a vault that does not open, so that a backup can replace it",
		Long: `For a vault that does not open and cannot be mended: it was put back to an older
state, it is damaged, or it or its key is lost. 'menshen init' makes no new vault while the key
source holds the old key, or the old file is there. This command makes the key source forget its
key, and wipes the file. Nothing opens the old vault or a copy of it afterwards.

First bring back the newest copy of the vault, if there is one. Stop the unit ('systemctl stop
menshen'). Without --destroy-key the command changes nothing: it says why the vault does not open,
and checks the backup to its end. A vault that opens is never destroyed, nor one of another unit
than the backup. A key that does not fit may be that of a vault elsewhere: name another key source
in the configuration, unless you know that it is not needed.

The new unit has a new public key, by which its exports and receipts are told from those of the
old one. Restoring is recorded, and asks for the receipts of whoever was erased since the backup.`,
		Example: `  menshen vault retire backup.age --identity manager.key
  menshen vault retire backup.age --identity manager.key --destroy-key
  menshen init --operator anna
  menshen vault restore backup.age --identity manager.key --receipts receipts.jsonl --operator anna`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withBackup(args[0], identity, func(f io.ReadSeeker, id age.Identity) error {
				head, err := store.ReadBackup(f, id, nil, nil)
				if err != nil {
					return err
				}
				conf, err := loadAsOwner(path)
				if err != nil {
					return err
				}
				o := wiring.VaultOptions(conf, &wiring.TimeSource{Config: conf})
				why, err := store.CanRetire(conf.Unit.Dir, o, head)
				if err != nil {
					return err
				}
				out := c.OutOrStdout()
				fmt.Fprintf(out, "%v\n%s: whole to its end\n", why, head)
				if !destroy {
					return errors.New("nothing was changed; with --destroy-key " + o.Key.String() +
						" forgets its key and the old vault is wiped: then nothing opens it or a copy of it")
				}
				if err := store.Retire(c.Context(), conf.Unit.Dir, o, head); err != nil {
					return err
				}
				fmt.Fprintf(out, "%s holds no key, and the old vault is wiped; "+
					"go on with 'menshen init' and 'menshen vault restore'\n", o.Key)
				return nil
			})
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&identity, "identity", "", "the manager's age key file")
	c.Flags().BoolVar(&destroy, "destroy-key", false, "do it: the old vault cannot be opened afterwards")
	_ = c.MarkFlagRequired("identity")
	return c
}
