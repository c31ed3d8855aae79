package console

import (
	"context"
	"encoding/hex"
	"strings"

	"menshen/board/desk"
	"menshen/policy"
)

func faceCommands() []command {
	return []command{
		{name: "notice", usage: "[en|zh]", run: showNotice,
			about:   text{"show the notice in force and its hash", "显示现行告知书及其哈希"},
			example: "notice zh"},
		{name: "consent", usage: "WHO", right: desk.KeepsPeople, person: true, run: consent,
			about:   text{"show a person the notice and record their choice", "向本人出示告知书并记录其选择"},
			example: "consent 1204"},
		{name: "refuse", usage: "WHO", right: desk.KeepsPeople, person: true, run: refuse,
			about:   text{"record that a person does not want face entry", "记录本人拒绝人脸通行"},
			example: "refuse 1204"},
		{name: "enrol", usage: "WHO", right: desk.KeepsPeople, person: true, run: enrol,
			about:   text{"take a consenting person's face at the door", "在门口录入已同意者的人脸"},
			example: "enrol 1204"},
		{name: "withdraw", usage: "WHO", right: desk.KeepsPeople, person: true, run: withdraw,
			about:   text{"end a person's face entry and erase the face", "撤回同意并销毁人脸数据"},
			example: "withdraw 1204"},
	}
}

func showNotice(ctx context.Context, c *console, words []string) error {
	lang := c.lang
	if len(words) == 1 && (words[0] == "en" || words[0] == "zh") {
		lang = words[0]
	} else if len(words) > 0 {
		return c.misuse("notice")
	}
	n, err := c.desk.Notice(ctx, c.who, lang)
	if err != nil {
		return err
	}
	return c.notice(n)
}

func (c *console) notice(n desk.Notice) error {
	c.printf(text{"Notice, version %s (%s)", "告知书，版本 %s（%s）"}, n.Version, n.Lang)
	if err := c.screen(c.wrapped(n.Text)); err != nil {
		return err
	}
	c.printf(text{"SHA-256 %s", "SHA-256 %s"}, hex.EncodeToString(n.Hash[:]))
	return nil
}

// consent shows the notice in the person's own language, takes a yes or a no, and lets the person confirm a yes with their own card.
func consent(ctx context.Context, c *console, words []string) error {
	p, err := c.whom(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	n, err := c.desk.Notice(ctx, c.who, p.Lang)
	if err != nil {
		return err
	}
	if p.Face.State == policy.FaceRefused || p.Face.State == policy.FaceWithdrawn {
		c.say(text{"This person said no before. Go on only if they came to ask for it themselves.", "此人曾拒绝或撤回。仅当本人主动提出时方可继续。"})
		if err := c.certain(text{"Did they ask for it?", "是否本人主动提出？"}); err != nil {
			return err
		}
	}
	if err := c.notice(n); err != nil {
		return err
	}
	given := desk.ConsentGiven{Person: p.ID, Notice: n.Hash, Lang: n.Lang}
	if p.Face.Minor {
		c.say(text{"Under 14: a parent or guardian reads and decides.", "未满 14 周岁：由父母或监护人阅读并决定。"})
		s, err := c.ask(text{"Guardian's name: ", "监护人姓名："})
		if err != nil {
			return err
		}
		given.GuardianName = policy.Private(s)
		if given.Guardian, err = c.ask(text{"Relation (mother, father, ...): ", "关系（母亲、父亲等）："}); err != nil {
			return err
		}
		if s == "" || given.Guardian == "" {
			return errNothingDone
		}
	}
	yes, err := c.confirm(text{"Has the person read it, and do they want face entry of their own free will?", "本人是否已阅读并自愿使用人脸通行？"})
	if err != nil {
		return err
	}
	if !yes {
		c.say(text{"Nothing was recorded. If it is a no for good: refuse.", "未作记录。如本人明确拒绝，请用 refuse。"})
		return nil
	}
	if err := c.desk.Consent(ctx, c.who, given, c.step); err != nil {
		return err
	}
	if p.Face.State == policy.FaceEnrolled {
		c.say(text{"Consent to the present notice recorded. The face works on as it is.", "已记录对现行告知书的同意。人脸照常使用。"})
		return nil
	}
	c.printf(text{"Consent recorded. Next: enrol %s", "同意已记录。下一步：enrol %s"}, p.ID)
	return nil
}

func refuse(ctx context.Context, c *console, words []string) error {
	p, err := c.whom(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	if p.Face.State == policy.FaceEnrolled {
		if err := c.certain(text{"Their face is enrolled: it is erased. Go on?", "其人脸已录入，将予销毁。继续？"}); err != nil {
			return err
		}
	}
	if err := c.desk.Refuse(ctx, c.who, p.ID); err != nil {
		return err
	}
	c.say(text{"Recorded. They will not be asked again; their card works as before.", "已记录。不再询问；其卡照常使用。"})
	return nil
}

func enrol(ctx context.Context, c *console, words []string) error {
	p, err := c.whom(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	e, err := c.desk.Enrol(ctx, c.who, p.ID, c.step)
	if err != nil {
		return err
	}
	c.printf(text{"Enrolled from %d pictures; none is kept. The face now opens the door.", "已由 %d 张画面录入，画面均未保留。人脸已可开门。"}, e.Pictures)
	if e.CardRequired {
		c.say(text{"Somebody enrolled looks too similar: it works only together with the card.", "与已录入者过于相似：须同时刷卡。"})
	}
	return nil
}

func withdraw(ctx context.Context, c *console, words []string) error {
	p, err := c.whom(ctx, strings.Join(words, " "))
	if err != nil {
		return err
	}
	if err := c.certain(text{"End face entry of " + name(p) + " and erase the face?", "终止 " + name(p) + " 的人脸通行并销毁数据？"}); err != nil {
		return err
	}
	r, err := c.desk.Withdraw(ctx, c.who, p.ID)
	if err != nil {
		return err
	}
	c.say(text{"Withdrawn. The face no longer opens; the card does.", "已撤回。人脸不再开门，卡照常使用。"})
	c.receipt(r)
	return nil
}
