// Command menshen is a door unit: it reads cards and, for those who asked for it, faces, and opens
// one door. It opens no internet socket.
//
// Each verb has a file of its own, and each is thin: read flags, call a package, print.
package main

import (
	_ "time/tzdata" // a small board may have no zone files, and schedules need them

	"github.com/spf13/cobra"

	"menshen/internal/cli"
)

// version is set by the build.
var version = "unknown"

func main() { cli.Main(root()) }

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "menshen",
		Short: "a door that knows you only if you asked it to",
		Long: `Menshen runs one door: card readers, a camera for those who asked for face entry,
the strike's relay, and an encrypted store. Everything stays in the unit; it opens no internet
socket.`,
		Example: `  menshen demo                                    a simulated door, step by step
  menshen config example > door.toml              a configuration to fill in
  menshen init --config door.toml --operator anna keys, vault and first operator
  menshen check --config door.toml --operator anna  the installer's self-test
  menshen run --config door.toml                  the door`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(checkVerb(), runVerb(), consoleVerb(), initVerb(), configVerb(), boardVerb(), demoVerb(),
		auditVerb(), evalVerb(), simVerb(), receiptVerb(), vaultVerb(), cli.ManVerb("menshen"), eyeVerb())
	c.AddCommand(noticeVerb(), dossierVerb(), cameraVerb(), cableVerb(), slotVerb(), versionVerb(), deskVerb(),
		callVerb(), voiceVerb(), displayVerb())
	return cli.Fit(c)
}
