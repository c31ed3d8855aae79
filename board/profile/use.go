package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"menshen/board/config"
)

// Kind is what a wire is for; the drawing colours it so.
type Kind int

// The kinds of wires, and of pins without one.
const (
	Free Kind = iota
	Supply
	Ground
	Taken // no wire may be here
	Relay
	Input
	Signal
	Data // of a reader
	Line // of a serial port
)

// Use is what a pin of the header is used for.
type Use struct {
	Kind Kind
	Of   string // "relay", "reader outside d0"; empty: nothing
	Bad  bool   // it is refused here
}

// Uses tells the use of each pin, by its name, as a configuration has it, and which are refused; nil: nothing is wired.
func (b *Board) Uses(c *config.Config, found []Finding) map[string]Use {
	uses := map[string]Use{}
	for _, p := range b.Pins {
		switch p.Name {
		case "3.3V", "5V":
			uses[p.Name] = Use{Kind: Supply}
		case "GND":
			uses[p.Name] = Use{Kind: Ground}
		}
	}
	for _, r := range b.Rules {
		for _, pin := range r.Pins {
			if r.Refuse && r.Wires == "" {
				uses[pin] = Use{Kind: Taken}
			}
		}
	}
	if c == nil {
		return uses
	}
	for _, w := range b.buses(c) {
		uses[w.pin] = Use{Kind: w.kind, Of: w.of}
	}
	for _, w := range c.Pins() {
		if p, ok := b.pin(w.Pin); ok {
			bad := uses[p.Name].Bad || slices.ContainsFunc(found, func(f Finding) bool { return f.Refuse && f.Key == w.Key })
			uses[p.Name] = Use{kindOf(w), w.Of, bad}
		}
	}
	return uses
}

// kindOf goes by where the wire is written.
func kindOf(w config.Wire) Kind {
	switch table, _, _ := strings.Cut(w.Key, "."); table {
	case "relay":
		return Relay
	case "input":
		return Input
	case "signal":
		return Signal
	}
	return Data
}

// busPin is a pin that belongs to a port.
type busPin struct {
	pin, of string
	kind    Kind
}

// buses are the pins of the ports that a configuration uses.
func (b *Board) buses(c *config.Config) (all []busPin) {
	add := func(of string, kind Kind, pins map[string]string) {
		for _, signal := range slices.Sorted(maps.Keys(pins)) {
			all = append(all, busPin{pins[signal], of + " " + signal, kind})
		}
	}
	for _, r := range c.Readers {
		if r.Kind == "rc522" {
			port, _ := b.spi(r.SPI)
			add("reader "+r.Name, Data, port.Pins)
		}
	}
	for _, l := range lines(c) {
		port, _ := b.port(l.device)
		add(l.of, Line, port.Pins)
	}
	return all
}

// listOffHeader lists what a configuration names that is not on the header.
func (b *Board) listOffHeader(c *config.Config) (all []Text) {
	for _, w := range c.Pins() {
		if _, ok := b.pin(w.Pin); !ok {
			all = append(all, Text{w.Of + ": " + w.Pin, zh(w.Of) + "：" + w.Pin})
		}
	}
	for _, l := range lines(c) {
		if port, ok := b.port(l.device); !ok || port.Pins == nil {
			all = append(all, Text{l.of + ": " + l.device, zh(l.of) + "：" + l.device})
		}
	}
	if c.Camera.Source != "" {
		all = append(all, Text{"camera: " + c.Camera.Source, "摄像头：" + c.Camera.Source})
	}
	return all
}

// rest says what the lock does while no program runs.
func (b *Board) rest(c *config.Config) Text {
	level, known := b.Rest(c)
	if !known {
		return Text{"The relay's line at power-up: not known.", "继电器脚上电电平：未知。"}
	}
	energised := level == c.Relay.Active.String()
	state := Text{"locked", "锁闭"}
	if energised != c.Relay.FailSafe {
		state = Text{"unlocked", "打开"}
	}
	current := Text{"without current", "不通电"}
	if energised {
		current = Text{"with current", "通电"}
	}
	return Text{
		fmt.Sprintf("Until the program runs the relay's line rests %s: the lock is %s, and so %s.", level, current.EN, state.EN),
		fmt.Sprintf("程序运行之前继电器脚为%s：锁%s，门%s。", levelZH(level), current.ZH, state.ZH),
	}
}
