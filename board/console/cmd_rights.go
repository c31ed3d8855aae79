package console

import (
	"context"

	"menshen/board/desk"
	"menshen/policy"
)

// ownPage shows a person's own page (R-RIGHTS).
func ownPage(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json", "copy", "for=")
	if err != nil {
		return err
	}
	p, err := c.whom(ctx, a.rest())
	if err != nil {
		return err
	}
	if a.has("copy") || a.has("for") {
		return c.ownCopy(ctx, p, a.options["for"])
	}
	page, err := c.desk.(Rights).Stored(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	stored := table{cols: []column{{"what", text{"also stored", "其他存储内容"}}, {"detail", text{"detail", "说明"}}}}
	for _, f := range page.Stored {
		stored.add(f.Name, f.State)
	}
	var decisions []desk.Record
	for _, d := range page.Decisions {
		decisions = append(decisions, desk.Record{Seq: d.Seq, Decision: d.Decision, Who: page.Person.Name, Told: d.Told})
	}
	acts := table{cols: []column{{"at", text{"at", "时间"}}, {"by", text{"by", "操作者"}}, {"what", text{"what was done", "操作"}}}}
	for _, x := range page.Acts {
		acts.add(x.At, x.By, x.What)
	}
	if err := c.describe(page.Person, a.has("json")); err != nil {
		return err
	}
	for _, t := range []table{stored, decisionTable(decisions), acts} {
		if !a.has("json") {
			c.print("")
		}
		if err := c.show(t, a.has("json")); err != nil {
			return err
		}
	}
	if page.Notice == "" || a.has("json") { // the notice's hash stands in the table of what is stored
		return nil
	}
	c.say(text{"The words they agreed to:", "本人同意的告知书："})
	return c.screen(c.wrapped(page.Notice))
}

// ownCopy writes a person's page into an encrypted file, to be printed or handed over.
func (c *console) ownCopy(ctx context.Context, p policy.Person, recipient string) error {
	got, err := c.desk.(Rights).Copy(ctx, c.who, p.ID, recipient)
	if err != nil {
		return err
	}
	defer got.Passphrase.Wipe()
	c.printf(text{"Written to %s, in the person's language.", "已按本人语言写入 %s"}, got.Path)
	c.printf(text{"The unit deletes it on %s; fetch it before.", "本机将于 %s 删除该文件，请及时取走。"}, c.date(got.Until))
	if len(got.Passphrase) > 0 {
		c.say(text{"The passphrase, shown this once. Write it down for the person:", "口令仅显示这一次，请抄给本人："})
		c.print(string(got.Passphrase))
	}
	c.say(text{"On any machine with age: age -d FILE > page.html; then open it in a browser, or print it.", "在装有 age 的机器上：age -d 文件 > page.html，再用浏览器打开或打印。"})
	return nil
}
