package console

import (
	"context"

	"menshen/board/desk"
)

// Dossiers makes the compliance dossier for whoever holds the unit to the law.
type Dossiers interface {
	// Dossier writes it, signed, and gives its path and the public key that verifies it, in hex.
	Dossier(ctx context.Context, s desk.Session) (path, key string, err error)
}

func dossierCommands() []command {
	return []command{{name: "dossier", right: desk.ReadsPeople, needs: has[Dossiers], run: makeDossier,
		about:   text{"write the compliance dossier: each rule, how it stands, and the evidence, signed", "生成已签名的合规卷宗：逐条规则、状态与证据"},
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
	c.printf(text{"Dossier written to %s; any browser shows it, in both languages.", "卷宗已写入 %s，可用任意浏览器以中英文查看。"}, path)
	c.printf(text{"Anywhere: menshen dossier verify FILE --key %s", "任意机器上：menshen dossier verify 文件 --key %s"}, key)
	return nil
}
