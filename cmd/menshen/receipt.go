package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"menshen/store"
)

func receiptVerb() *cobra.Command {
	var pub string
	verify := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify receipts of erasures with the unit's public key, on any machine; - is standard input",
		Long: `Reads receipts, one JSON object a line, as the console's 'receipts --json'
prints them, and checks each signature.`,
		Example: `  menshen receipt verify receipts.jsonl --key 3b6a27bc…`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			key, err := publicKey(pub)
			if err != nil {
				return err
			}
			in := c.InOrStdin()
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("opening the receipts: %w", err)
				}
				defer f.Close()
				in = f
			}
			return verifyReceipts(c.OutOrStdout(), in, key)
		},
	}
	verify.Flags().StringVar(&pub, "key", "", "the unit's public key, 64 hex digits ('menshen audit key')")
	_ = verify.MarkFlagRequired("key")
	c := &cobra.Command{Use: "receipt", Short: "verify receipts of erasures anywhere"}
	c.AddCommand(verify)
	return c
}

func verifyReceipts(out io.Writer, in io.Reader, key ed25519.PublicKey) error {
	receipts, err := store.ParseReceipts(in)
	if err != nil {
		return err
	}
	bad := 0
	for _, r := range receipts {
		verdict := "signature fits"
		if !r.Verify(key) {
			verdict, bad = "NOT SIGNED by this unit, or changed", bad+1
		}
		fmt.Fprintf(out, "receipt %d, %s: %s erased (%s), %d of %d blocks left: %s\n",
			r.Seq, r.At.Format("2006-01-02 15:04:05Z07:00"), r.What, r.Why, r.Found, r.Sought, verdict)
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d receipts do not verify", bad, len(receipts))
	}
	return nil
}

// publicKey reads a unit's public key.
func publicKey(digits string) (ed25519.PublicKey, error) {
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("--key is not a public key: give the 64 hex digits that 'menshen audit key' prints " +
			"on the unit")
	}
	return raw, nil
}
