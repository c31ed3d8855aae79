package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Dossiers makes the compliance dossier, for those who check how the unit keeps the law.
type Dossiers interface {
	// Dossier writes it, signed, and gives its path and the public key that verifies it, in hex.
	Dossier(ctx context.Context, s desk.Session) (path, key string, err error)
}

func dossierCommands() []command {
	return []command{{name: "dossier", right: desk.ReadsPeople, needs: has[Dossiers], run: makeDossier,
		about: i18n.M("console.help-dossier",
			"write the compliance dossier: each rule, how it stands, and the evidence, signed"),
		example: "dossier"}}
}

func makeDossier(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("dossier")
	}
	path, key, err := c.desk.(Dossiers).Dossier(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.dossier-written", "Dossier written to %s; any browser shows it, in both languages.", path))
	c.say(i18n.M("console.dossier-verify", "To verify it on any machine: menshen dossier verify FILE --key %s", key))
	c.sayCarry(path)
	return nil
}
