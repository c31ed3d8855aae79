package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"menshen/board/config"
)

// Finding is one thing about a configuration on a board that is wrong, or may be.
type Finding struct {
	Refuse bool   // the unit does not start with it
	Key    string // of the configuration: "relay.pin"
	Text          // what it is, and what to write instead
}

// ErrRefused says that a configuration does not fit its board.
var ErrRefused = errors.New("the wiring does not fit the board")

// Refused gathers what is refused; nil: nothing.
func Refused(all []Finding) error {
	var errs []error
	for _, f := range all {
		if f.Refuse {
			errs = append(errs, fmt.Errorf("%w: %s", ErrRefused, f.EN))
		}
	}
	return errors.Join(errs...)
}

// Check holds a configuration against the board, and against the machine where that is the board. On a nil board only places on the
// header are found wrong, since nobody knows it.
func (b *Board) Check(c *config.Config, m Machine) []Finding {
	k := &check{board: b, conf: c, users: map[string]string{}}
	if b != nil {
		k.buses()
		k.serial()
	}
	for _, w := range c.Pins() {
		k.wire(w)
	}
	if b == nil {
		return k.found
	}
	k.atPowerUp()
	if here := m.Board(); here == b {
		k.present(m)
	} else if here != nil {
		k.refuse("unit.board", Text{
			fmt.Sprintf("the configuration is for %s (%s), and this is %s (%s): write board = %q, and look at each pin again", b.Name, b.Title, here.Name, here.Title, here.Name),
			fmt.Sprintf("配置写的是 %s（%s），而本机是 %s（%s）：请写 board = %q，并重新核对每个脚", b.Name, b.Title, here.Name, here.Title, here.Name),
		})
	}
	return k.found
}

type check struct {
	board *Board
	conf  *config.Config
	users map[string]string // by pin: what is wired to it
	found []Finding
}

func (k *check) refuse(key string, t Text) { k.found = append(k.found, Finding{true, key, t}) }
func (k *check) warn(key string, t Text)   { k.found = append(k.found, Finding{false, key, t}) }

// say is refuse or warn.
func (k *check) say(refuse bool, key string, t Text) {
	k.found = append(k.found, Finding{refuse, key, t})
}

// wire looks at one pin of the configuration.
func (k *check) wire(w config.Wire) {
	if _, err := k.board.Line(w.Pin); err != nil {
		k.refuse(w.Key, Text{w.Of + ": " + err.Error(), fmt.Sprintf("%s：%s 不是可用的脚", zh(w.Of), w.Pin)})
		return
	}
	p, known := k.board.pin(w.Pin)
	if !known {
		if k.board != nil && !strings.Contains(w.Pin, ":") {
			k.warn(w.Key, Text{
				fmt.Sprintf("%s: no pin of the %s is called %s: right only if that is a line of another chip", w.Of, k.board.Title, w.Pin),
				fmt.Sprintf("%s：%s 的排针上没有 %s：除非它是另一芯片的线", zh(w.Of), k.board.Title, w.Pin),
			})
		}
		return
	}
	if user := k.users[p.Name]; user != "" {
		k.refuse(w.Key, Text{
			fmt.Sprintf("%s is wired to pin %d (%s), which is already the %s: give each its own pin", w.Of, p.At, p.Name, user),
			fmt.Sprintf("%s 接在 %d 脚（%s），而该脚已是 %s：请各用一个脚", zh(w.Of), p.At, p.Name, zh(user)),
		})
		return
	}
	k.users[p.Name] = w.Of
	for _, r := range k.board.Rules {
		if slices.Contains(r.Pins, p.Name) && (r.Wires != "out" || w.Out) {
			k.say(r.Refuse, w.Key, Text{
				fmt.Sprintf("%s on pin %d (%s): %s", w.Of, p.At, p.Name, r.EN), fmt.Sprintf("%s 在 %d 脚（%s）：%s", zh(w.Of), p.At, p.Name, r.ZH),
			})
			return
		}
	}
}
