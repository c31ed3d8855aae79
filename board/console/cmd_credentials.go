package console

import (
	"context"
	"fmt"
	"strings"

	"menshen/board/desk"
	"menshen/policy"
)

func credentialCommands() []command {
	return []command{
		{name: "card", usage: "WHO [LABEL] [--write]", right: desk.KeepsPeople, person: true, run: card,
			about:   text{"give the next card tapped at the door to a person; --write makes a new one hard to copy", "将下一张刷的卡分配给此人；--write 将新卡写成不易复制的卡"},
			example: `card 1204 "grey fob"`},
		{name: "pin", usage: "WHO [--duress]", right: desk.KeepsPeople, person: true, run: pin,
			about:   text{"give a person a PIN; one for duress opens and calls for help in silence", "设置密码键盘 PIN；胁迫 PIN 照常开门并静默报警"},
			example: "pin 1204"},
		{name: "revoke", usage: "WHO KEY", right: desk.KeepsPeople, person: true, run: revoke,
			about:   text{"end one credential at once; KEY as person shows it", "立即作废一个凭证；KEY 见 person"},
			example: "revoke 1204 3f9a"},
	}
}

func card(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "write")
	if err != nil {
		return err
	}
	if len(a.words) == 0 {
		return c.misuse("card")
	}
	p, err := c.whom(ctx, a.words[0])
	if err != nil {
		return err
	}
	next := c.desk.AssignCard
	if a.has("write") {
		next = c.desk.IssueCard
	}
	k, err := next(ctx, c.who, p.ID, strings.Join(a.words[1:], " "), c.step)
	if err != nil {
		return err
	}
	c.printf(text{"Card %s is now theirs.", "卡 %s 已分配。"}, shortID(k))
	if k.Clonable {
		c.say(text{"Note: cards of this kind can be copied.", "注意：此类卡可被复制。"})
	}
	return nil
}

func pin(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "duress")
	if err != nil {
		return err
	}
	p, err := c.whom(ctx, a.rest())
	if err != nil {
		return err
	}
	least, err := c.desk.PINLength(ctx, c.who)
	if err != nil {
		return err
	}
	first, err := c.newSecret(text{
		fmt.Sprintf("PIN, %d to %d digits, typed by the person: ", least, policy.MaxDigits),
		fmt.Sprintf("由本人输入 %d 至 %d 位 PIN：", least, policy.MaxDigits)})
	if err != nil {
		return err
	}
	defer first.Wipe()
	k, err := c.desk.AssignPIN(ctx, c.who, p.ID, first, a.has("duress"))
	if err != nil {
		return err
	}
	c.printf(text{"PIN %s is set.", "PIN %s 已设置。"}, shortID(k))
	return nil
}

func revoke(ctx context.Context, c *console, words []string) error {
	if len(words) < 2 {
		return c.misuse("revoke")
	}
	p, err := c.whom(ctx, strings.Join(words[:len(words)-1], " "))
	if err != nil {
		return err
	}
	var fit []policy.Credential
	for _, k := range p.Credentials {
		if strings.HasPrefix(k.ID, words[len(words)-1]) && !k.Revoked {
			fit = append(fit, k)
		}
	}
	if len(fit) != 1 {
		return c.errorf(text{"%d of their working credentials begin so; person shows them", "有 %d 个有效凭证以此开头；用 person 查看"}, len(fit))
	}
	if working(p) == 1 && (p.Face.State == policy.FaceEnrolled || p.Face.State == policy.FaceConsented) {
		c.say(text{"It is their last one: face entry ends with it, and the face is erased.", "这是其最后一个凭证：人脸通行将随之终止，人脸数据将销毁。"})
	}
	if err := c.certain(text{
		"Revoke " + string(fit[0].Kind) + " " + shortID(fit[0]) + "?",
		"作废凭证 " + shortID(fit[0]) + "？"}); err != nil {
		return err
	}
	r, err := c.desk.RevokeCredential(ctx, c.who, p.ID, fit[0].ID)
	if err != nil {
		return err
	}
	c.say(text{"Revoked.", "已作废。"})
	c.receipt(r)
	return nil
}

// working counts the credentials that are not revoked.
func working(p policy.Person) int {
	n := 0
	for _, k := range p.Credentials {
		if !k.Revoked {
			n++
		}
	}
	return n
}

// shortID is enough of a credential's handle to tell a person's few apart.
func shortID(k policy.Credential) string { return k.ID[:min(len(k.ID), 8)] }
