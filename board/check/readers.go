package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/board/commission"
	"menshen/board/config"
	"menshen/hal"
)

// taps is how often one card is shown to a reader, and keysAsked what is typed on a keypad: every key, and nobody's PIN.
const (
	taps      = 5
	keysAsked = "1234567890*#"
)

// listening is a reader at work for one step.
type listening struct {
	events chan hal.ReaderEvent
	fault  error
	end    func()
}

func listen(ctx context.Context, r hal.Reader) *listening {
	ctx, cancel := context.WithCancel(ctx)
	l := &listening{events: make(chan hal.ReaderEvent)}
	var all sync.WaitGroup
	all.Go(func() {
		err := r.Run(ctx, func(e hal.ReaderEvent) {
			select {
			case l.events <- e:
			case <-ctx.Done():
			}
		})
		if ctx.Err() == nil { // it gave up by itself
			select {
			case l.events <- hal.ReaderEvent{Reader: r.String(), Fault: fmt.Errorf("reader ended: %w", err)}:
			case <-ctx.Done():
			}
		}
	})
	l.end = func() { cancel(); all.Wait() }
	return l
}

// next gives the next event with something in it, within a time; nil: none came. Faults are kept.
func (l *listening) next(ctx context.Context, within time.Duration) (*hal.ReaderEvent, error) {
	t := time.NewTimer(within)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-t.C:
			return nil, nil
		case e := <-l.events:
			if e.Recovered {
				l.fault = nil
				continue
			}
			l.fault = errors.Join(e.Fault)
			return &e, nil
		}
	}
}

// silent is the problem of a reader from which nothing comes.
func (l *listening) silent() *Problem {
	if l.fault != nil {
		return problem("The reader reports: "+l.fault.Error(), "读卡器报告："+l.fault.Error(), "Mend what it says, then try again.", "请按提示修复后重试。")
	}
	return problem("Nothing came from the reader.", "读卡器没有信号。",
		"Look at its supply (does its lamp burn, does it beep?), at its data lines and their pins, and whether the card is of its kind.",
		"请检查供电（指示灯、提示音）、数据线及引脚，以及卡类型是否匹配。")
}

// readerStep: one card, or code, is read each time it is shown, and always the same.
func readerStep(c config.Reader, reader hal.Reader) Step {
	thing, zh := "card", "卡"
	if c.Kind == "scanner" {
		thing, zh = "code", "二维码"
	}
	return Step{
		ID: "reader " + c.Name, Hands: true,
		Title:  Words{En: "Reader " + c.Name, Zh: "读卡器 " + c.Name},
		Do:     Words{En: fmt.Sprintf("Show one %s %d times. It opens nothing.", thing, taps), Zh: fmt.Sprintf("请将同一%s出示 %d 次。不会开门。", zh, taps)},
		Expect: Words{En: "It is read each time, and always the same.", Zh: "每次都能读出且内容一致。"},
		run: func(ctx context.Context, r *run) error {
			l := listen(ctx, reader)
			defer l.end()
			if e, err := l.next(ctx, r.Patience/120); err != nil { // half a second, in which it says that it is not there
				return err
			} else if e != nil && e.Fault != nil {
				return l.silent()
			}
			var first *hal.ReaderEvent
			read, bad := 0, 0
			for read < taps {
				r.Do(Task{"tap", Words{En: fmt.Sprintf("Show the %s (%d of %d).", thing, read+1, taps), Zh: fmt.Sprintf("请出示%s（第 %d 次，共 %d 次）。", zh, read+1, taps)}, r.Patience})
				e, err := l.next(ctx, r.Patience)
				switch {
				case err != nil:
					return err
				case e == nil:
					return l.silent()
				case e.Fault != nil:
					bad++
					if bad > taps {
						return l.silent()
					}
					r.Tell(Words{En: "Not read: " + e.Fault.Error(), Zh: "未读出：" + e.Fault.Error()})
					continue
				case e.Card == nil && e.Code == "": // a key of its keypad
					continue
				}
				if first == nil {
					first = e
				}
				if !alike(first, e) {
					return problem("What was read is not the same each time.", "各次读出的内容不一致。",
						"Use one and the same card. If you did: noise on the data lines; look at their screen, length and ground.",
						"请使用同一张卡。若确为同一张：数据线有干扰，请检查屏蔽、长度和接地。")
				}
				read++
			}
			r.measured("read_rate", "Read", "读出率", 100*float64(read)/float64(read+bad), "%")
			if first.Card != nil {
				layout := first.Card.Layout
				if layout == "" {
					layout = "unknown"
				}
				r.fact("format", "Format", "格式", commission.Same(fmt.Sprintf("%s, %d bits", layout, first.Card.Bits)))
				if first.Card.Clonable {
					r.remark = Words{En: "Anybody with a copier can copy this kind of card.", Zh: "此类卡可被复制。"}
				}
			}
			return nil
		},
	}
}

// alike reports whether two events gave the same card or code.
func alike(a, b *hal.ReaderEvent) bool {
	if a.Card == nil || b.Card == nil {
		return a.Card == b.Card && a.Code == b.Code
	}
	return bytes.Equal(a.Card.Credential(), b.Card.Credential())
}

// keypadStep: each key is itself.
func keypadStep(c config.Reader, reader hal.Reader) Step {
	s := Step{
		ID: "keypad " + c.Name, Hands: true,
		Title:  Words{En: "Keypad " + c.Name, Zh: "键盘 " + c.Name},
		Do:     Words{En: "Type each key once, in this order: " + keysAsked, Zh: "请按此顺序各按一次：" + keysAsked},
		Expect: Words{En: "Each key is read as itself.", Zh: "每个键都能正确读出。"},
		run: func(ctx context.Context, r *run) error {
			l := listen(ctx, reader)
			defer l.end()
			r.Do(Task{"type", Words{En: "Type " + keysAsked, Zh: "请依次按 " + keysAsked}, r.Patience})
			for i, want := range keysAsked {
				e, err := l.next(ctx, r.Patience)
				switch {
				case err != nil:
					return err
				case e == nil:
					if i == 0 {
						return l.silent()
					}
					return problem(fmt.Sprintf("Key %c did not come.", want), fmt.Sprintf("未收到按键 %c。", want), "Type all keys in the order shown; look for a key that is worn.", "请按所示顺序按键；检查是否有损坏的键。")
				case e.Button != hal.Button(want):
					return problem(fmt.Sprintf("In the place of key %c came something else.", want), fmt.Sprintf("按键 %c 读出不符。", want),
						"Begin again and type in the order shown. If it comes again: keypad = 4 or 8 in the configuration, as the reader's manual says.",
						"请重新按所示顺序按键。若再次出现：请按读卡器说明书设置 keypad = 4 或 8。")
				}
			}
			r.measured("keys", "Keys read", "读出按键", float64(len(keysAsked)), "")
			return nil
		},
	}
	if c.Keypad == 0 {
		s.absent = Words{En: "[[reader]] " + c.Name + " has no keypad in the configuration.", Zh: "配置中 [[reader]] " + c.Name + " 没有 keypad。"}
	}
	return s
}
