package console

import (
	"context"
	"strings"
	"time"

	"menshen/board/desk"
)

func keeperCommands() []command {
	return []command{
		{name: "unlock", right: desk.UnlocksFaces, needs: has[Keeper], run: unlockFaces,
			about:   text{"type the passphrase behind which the faces lie", "输入人脸数据的口令"},
			example: "unlock"},
		{name: "passphrase", usage: "set|remove", right: desk.KeepsPeople, needs: has[Keeper], run: setPassphrase,
			about:   text{"put the faces behind a passphrase, or take it away", "设置或取消人脸数据的口令"},
			example: "passphrase set"},
		{name: "backup", usage: "AGE-PUBLIC-KEY [--without-faces]", right: desk.KeepsPeople, needs: has[Keeper], run: backup,
			about:   text{"write a backup that only the holder of a key can read", "写出仅密钥持有人可读的备份"},
			example: "backup age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c --without-faces"},
		{name: "export", right: desk.ReadsPeople, needs: has[Keeper], run: exportAudit,
			about:   text{"write the signed audit log to a file, for 'menshen audit verify'", "导出已签名的审计日志"},
			example: "export"},
		{name: "rotate", usage: "REASON", right: desk.KeepsPeople, needs: has[Keeper], run: rotate,
			about:   text{"move the vault to a new key and a new file", "更换密钥并重写数据文件"},
			example: "rotate a copy of the disk was found"},
		{name: "retention", usage: "[run] [--json]", right: desk.ReadsPeople, needs: has[Keeper], run: retention,
			about:   text{"what is kept for how long, and what is overdue; run removes it", "保存期限与逾期情况；run 立即清理"},
			example: "retention run"},
		{name: "receipts", usage: "[--json]", right: desk.ReadsPeople, needs: has[Keeper], run: receipts,
			about:   text{"the signed receipts of all erasures", "全部销毁凭证"},
			example: "receipts"},
		{name: "check", needs: has[Keeper], run: checkVault,
			about:   text{"read every record of the vault and name what is damaged", "检查全部记录是否完好"},
			example: "check"},
	}
}

func unlockFaces(ctx context.Context, c *console, _ []string) error {
	pass, err := c.askSecret(text{"Passphrase of the faces: ", "人脸数据口令："})
	if err != nil {
		return err
	}
	defer pass.Wipe()
	if err := c.desk.(Keeper).UnlockFaces(ctx, c.who, pass); err != nil {
		return err
	}
	c.say(text{"Faces work.", "人脸已启用。"})
	return nil
}

func setPassphrase(ctx context.Context, c *console, words []string) error {
	if len(words) != 1 || words[0] != "set" && words[0] != "remove" {
		return c.misuse("passphrase")
	}
	var pass desk.Secret
	if words[0] == "set" {
		var err error
		if pass, err = c.newSecret(text{"New passphrase, 8 characters or more: ", "新口令（至少 8 个字符）："}); err != nil {
			return err
		}
		defer pass.Wipe()
	} else if err := c.certain(text{"From now on faces work after a power cut without anybody typing it?", "断电重启后无需口令即可使用人脸？"}); err != nil {
		return err
	}
	if err := c.desk.(Keeper).SetPassphrase(ctx, c.who, pass); err != nil {
		return err
	}
	c.say(text{"Done.", "完成。"})
	return nil
}

func backup(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "without-faces")
	if err != nil {
		return err
	}
	if len(a.words) != 1 {
		return c.misuse("backup")
	}
	path, err := c.desk.(Keeper).Backup(ctx, c.who, a.words[0], !a.has("without-faces"))
	if err != nil {
		return err
	}
	c.printf(text{"Backup written to %s", "备份已写入 %s"}, path)
	return nil
}

func exportAudit(ctx context.Context, c *console, _ []string) error {
	path, key, err := c.desk.(Keeper).ExportAudit(ctx, c.who)
	if err != nil {
		return err
	}
	c.printf(text{"Audit log written to %s", "审计日志已写入 %s"}, path)
	c.printf(text{"Anywhere: menshen audit verify FILE --key %s", "任意机器上：menshen audit verify 文件 --key %s"}, key)
	c.say(text{"Keep this file: a later one is held against it with --expect FILE.", "请保存此文件：核验以后的导出时，用 --expect 文件 与其对照。"})
	return nil
}

func rotate(ctx context.Context, c *console, words []string) error {
	if len(words) == 0 {
		return c.misuse("rotate")
	}
	c.say(text{"The old key is forgotten: copies of the file made before cannot be read any more.", "旧密钥将销毁：此前的文件副本将无法读取。"})
	if err := c.certain(text{"Rotate?", "确认更换？"}); err != nil {
		return err
	}
	if err := c.desk.(Keeper).Rotate(ctx, c.who, strings.Join(words, " ")); err != nil {
		return err
	}
	c.say(text{"The vault has a new key; the old one is forgotten.", "已启用新密钥，旧密钥已销毁。"})
	return nil
}

func retention(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	run := a.rest() == "run"
	if len(a.words) > 0 && !run {
		return c.misuse("retention")
	}
	r, err := c.desk.(Keeper).Retention(ctx, c.who, run)
	if err != nil {
		return err
	}
	const day = 24 * time.Hour
	t := table{cols: []column{
		{"events", text{"door events kept, days", "门禁事件保存天数"}},
		{"acts", text{"acts of staff kept, days", "操作记录保存天数"}},
		{"oldest", text{"oldest entry", "最早记录"}},
		{"run", text{"last run", "上次清理"}},
		{"removed", text{"removed then", "清理条数"}},
		{"overdue", text{"overdue", "逾期条数"}},
	}}
	t.add(int(r.Events/day), int(r.Acts/day), moment(r.Oldest), moment(r.LastRun), r.Removed, r.Overdue)
	return c.show(t, a.has("json"))
}

func receipts(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	all, err := c.desk.(Keeper).Receipts(ctx, c.who)
	if err != nil {
		return err
	}
	if a.has("json") {
		for _, r := range all {
			c.print(r.JSON)
		}
		return nil
	}
	t := table{cols: []column{
		{"number", text{"number", "编号"}},
		{"at", text{"time", "时间"}},
		{"what", text{"what", "内容"}},
		{"why", text{"why", "原因"}},
		{"sought", text{"blocks sought", "检查块数"}},
		{"found", text{"found", "残留"}},
		{"signed", text{"signed", "签名"}},
	}}
	for _, r := range all {
		t.add(r.Number, moment(r.At), word(r.What), word(r.Why), r.Sought, r.Found, r.Signed)
	}
	return c.show(t, false)
}

func checkVault(ctx context.Context, c *console, _ []string) error {
	note, err := c.desk.(Keeper).CheckVault(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(text{"Every record is whole.", "全部记录完好。"})
	if note != "" {
		c.say(text{note, note})
	}
	return nil
}
