package board

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"menshen/board/console"
	"menshen/hal"
	"menshen/policy"
)

// Status is the unit at one moment.
func (d *Desk) Status(ctx context.Context, s console.Session) (console.Status, error) {
	if _, err := d.allow(s, anybody); err != nil {
		return console.Status{}, err
	}
	people, err := d.u.vault.People()
	if err = d.u.damaged(err); err != nil {
		return console.Status{}, fmt.Errorf("reading the people: %w", err)
	}
	var st console.Status
	machine := machineFacts(d.u.board.Health(d.u.cfg.Unit.Dir), s.Lang) // beside the loop: the kernel may take its time
	err = d.u.do(ctx, func() { st = d.u.status(s.Lang) })
	st.Others = append(st.Others, machine...)
	st.People = len(people)
	if shut := d.u.shutOut(people, s.Lang); shut != "" {
		st.Others = append(st.Others, console.Fact{Name: "people", Fault: shut})
	}
	st.Others = append(st.Others, d.u.pinFacts(people, s.Lang)...)
	return st, err
}

// status puts together how everything is, in the words of a language.
func (u *Unit) status(lang string) console.Status {
	now := u.now()
	st := console.Status{
		At: now, Unit: u.cfg.Unit.Name,
		Door: u.door.State, Unlocked: u.door.Unlocked,
		WithFace:   u.faces.index.Len(),
		Camera:     u.cameraFact(lang),
		Store:      console.Fact{Name: "store", State: words(lang, "in order", "正常"), Fault: cmp.Or(u.faults["store"], u.faults["vault"])},
		Clock:      u.clock(),
		ClockFrom:  u.clockFrom(),
		ClockDoubt: u.clockDoubt(lang),
		Uptime:     u.vault.Clock().Host.Sub(u.began).Round(time.Second),
		LockedDown: u.site.lockdown(),
	}
	st.FacesOff, st.FacesFix = u.whyFacesOff(lang)
	if st.Door == "" {
		st.Door = policy.Locked
	}
	if st.Store.Fault != "" {
		st.Store.State = ""
	}
	told := map[string]bool{"store": true, "vault": true, "camera": true} // the faults that have a line of their own
	for _, r := range u.hw.Readers {
		name := "reader " + r.String()
		told[name] = true
		st.Readers = append(st.Readers, console.Fact{Name: name, State: u.readerState(r, lang), Fault: u.faults[name]})
	}
	for _, role := range slices.Sorted(maps.Keys(u.hw.Inputs)) {
		name := "input " + role
		told[name] = true
		active, err := u.hw.Inputs[role].Active()
		f := console.Fact{Name: name, State: words(lang, either(active, "active", "at rest"), either(active, "动作", "静止")), Fault: u.faults[name]}
		if err != nil {
			f.State, f.Fault = "", err.Error()
		}
		st.Others = append(st.Others, f)
	}
	st.Others = append(st.Others, u.codeFacts(now, lang)...)
	st.Others = append(st.Others, u.faceFacts(now, lang)...)
	if n := u.vault.Backlog(); n > 0 {
		st.Others = append(st.Others, console.Fact{Name: "records", State: fmt.Sprintf(words(lang, "%d wait for the disk", "%d 条等待写盘"), n)})
	}
	for _, device := range slices.Sorted(maps.Keys(u.faults)) {
		if !told[device] {
			st.Others = append(st.Others, console.Fact{Name: device, Fault: u.faults[device]})
		}
	}
	return st
}

// readerState is what has come to a reader since the start, by kind where it counts: the first kind always, the others once there were any.
func (u *Unit) readerState(r hal.Reader, lang string) string {
	counter, counts := r.(hal.Counter)
	if !counts {
		return fmt.Sprintf(words(lang, "%d cards, %d misread", "读卡 %d 次，误读 %d 次"), u.counts[r.String()], u.misreads[r.String()].n)
	}
	var state []string
	for i, c := range counter.Counts() {
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
