package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/unit"
	"menshen/policy"
)

// Status is the unit at one moment.
func (d *Desk) Status(ctx context.Context, s Session) (Status, error) {
	if _, err := d.allow(s, Anyones); err != nil {
		return Status{}, err
	}
	people, err := d.vault.People()
	if err = d.unit.Damaged(err); err != nil {
		return Status{}, fmt.Errorf("reading the people: %w", err)
	}
	machine := machineFacts(d.board.Health(d.cfg.Unit.Dir), s.Lang) // beside the loop: the kernel may take its time
	state, err := d.unit.State(ctx)
	if err != nil {
		return Status{}, err
	}
	st := d.status(state, s.Lang)
	st.Others = append(st.Others, machine...)
	st.People = len(people)
	if shut := d.shutOut(people, s.Lang); shut != "" {
		st.Others = append(st.Others, Fact{Name: "people", Fault: shut})
	}
	st.Others = append(st.Others, d.pinFacts(people, s.Lang)...)
	return st, nil
}

// status puts a state into words of lang.
func (d *Desk) status(s unit.State, lang string) Status {
	c := d.vault.Clock()
	st := Status{
		At: s.At, Unit: d.cfg.Unit.Name,
		Door: cmp.Or(s.Door, policy.Locked), Unlocked: s.Unlocked,
		WithFace:   s.Faces.People,
		Camera:     cameraFact(s.Eye, lang),
		Store:      Fact{Name: "store", State: words(lang, "in order", "正常"), Fault: cmp.Or(s.Faults["store"], s.Faults["vault"])},
		Clock:      policy.Clock{Trusted: c.Trusted, Floor: c.Floor},
		ClockFrom:  d.clockFrom(),
		ClockDoubt: d.clockDoubt(lang),
		Uptime:     s.Up.Round(time.Second),
		LockedDown: s.Lockdown,
	}
	st.FacesOff, st.FacesFix = d.whyOff(s.Faces.Off, lang)
	if st.Store.Fault != "" {
		st.Store.State = ""
	}
	own := map[string]bool{"store": true, "vault": true, "camera": true} // the faults that have a line of their own
	for _, r := range s.Readers {
		name := "reader " + r.Name
		own[name] = true
		st.Readers = append(st.Readers, Fact{Name: name, State: readerState(r, lang), Fault: s.Faults[name]})
	}
	for _, in := range s.Inputs {
		name := "input " + in.Role
		own[name] = true
		f := Fact{Name: name, State: words(lang, either(in.Active, "active", "at rest"), either(in.Active, "动作", "静止")), Fault: s.Faults[name]}
		if in.Err != nil {
			f.State, f.Fault = "", in.Err.Error()
		}
		st.Others = append(st.Others, f)
	}
	st.Others = append(st.Others, d.codeFacts(s, lang)...)
	st.Others = append(st.Others, d.faceFacts(s, lang)...)
	if n := d.vault.Backlog(); n > 0 {
		st.Others = append(st.Others, Fact{Name: "records", State: fmt.Sprintf(words(lang, "%d wait for the disk", "%d 条等待写盘"), n)})
	}
	for _, device := range slices.Sorted(maps.Keys(s.Faults)) {
		if !own[device] {
			st.Others = append(st.Others, Fact{Name: device, Fault: s.Faults[device]})
		}
	}
	return st
}

// codeFacts tells of wrong codes, while there are any that count.
func (d *Desk) codeFacts(s unit.State, lang string) []Fact {
	if s.Codes.Wrong == 0 {
		return nil
	}
	f := Fact{Name: "codes", State: fmt.Sprintf(words(lang, "%d wrong ones count", "计 %d 次错误密码"), s.Codes.Wrong)}
	if s.Codes.Lockout > 0 {
		f.State += fmt.Sprintf(words(lang, "; the keypad rests until %s, cards open", "；键盘暂停至 %s，刷卡照常"), d.clockTime(s.At.Add(s.Codes.Lockout)))
	}
	if s.Codes.Guessing {
		f.Fault = words(lang, "somebody is guessing codes: look who stands at the door", "有人在猜密码：请查看门口")
	}
	return []Fact{f}
}

// clockTime is a time of day at the site.
func (d *Desk) clockTime(t time.Time) string { return t.In(d.cfg.Site.Location()).Format("15:04:05") }

// readerState is what has come to a reader since the start, by kind where it counts: the first kind always, the others once there were any.
func readerState(r unit.ReaderState, lang string) string {
	if r.Counts == nil {
		return fmt.Sprintf(words(lang, "%d cards, %d misread", "读卡 %d 次，误读 %d 次"), r.Cards, r.Misread)
	}
	var state []string
	for i, c := range r.Counts {
		if i > 0 && c.N == 0 {
			continue
		}
		if zh := chineseCounts[c.Of]; lang == "zh" && zh != "" {
			state = append(state, fmt.Sprintf("%s %d", zh, c.N))
		} else {
			state = append(state, fmt.Sprintf("%d %s", c.N, c.Of))
		}
	}
	return strings.Join(state, words(lang, ", ", "，"))
}

// chineseCounts are what readers count.
var chineseCounts = map[string]string{
	"cards": "读卡", "keys": "按键", "frames with lost edges": "丢失边沿的帧", "frames of wrong parity": "校验错误的帧", "frames of wrong length": "长度错误的帧",
	"frames of noise": "噪声帧", "bursts that are no key": "非按键脉冲", "pulses taken for ringing": "振铃脉冲",
	"cards and codes": "卡与码", "repeats of one held there": "持续贴卡的重复", "frames without end": "不完整的帧", "frames of wrong checksum": "校验和错误的帧", "frames of other content": "其他内容的帧",
	"garbled answers": "乱码应答", "cards without a number to open by": "无可用卡号的卡", "times the chip was set up": "芯片初始化次数",
}
