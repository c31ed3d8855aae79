package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines knows where each key of a file stands: "relay.pin", and of the second reader "reader.1.d0". Tables have theirs too.
type lines map[string]int

// Line is where a key stands in the file, or the table that it should be in; 0: nowhere.
func (c *Config) Line(key string) int { return c.lines.of(key) }

func (l lines) of(key string) int {
	for key != "" {
		if n := l[key]; n != 0 {
			return n
		}
		key = key[:max(0, strings.LastIndexByte(key, '.'))]
	}
	return 0
}

// findLines reads a file that the decoder has accepted.
func findLines(raw []byte) lines {
	l, tables := lines{}, map[string]int{}
	var p unstable.Parser
	p.Reset(raw)
	table := ""
	for p.NextExpression() {
		e := p.Expression()
		name, line := "", 0
		for k := e.Key(); k.Next(); {
			part := string(k.Node().Data)
			line = p.Shape(k.Node().Raw).Start.Line
			name = strings.TrimPrefix(name+"."+part, ".")
		}
		switch e.Kind {
		case unstable.Table:
			table = name
		case unstable.ArrayTable:
			table = name + "." + strconv.Itoa(tables[name])
			tables[name]++
			name = table
		default:
			name = strings.TrimPrefix(table+"."+name, ".")
		}
		if name != "" && l[name] == 0 {
			l[name] = line
		}
	}
	return l
}

// misfit is a value that cannot be, and the key that holds it.
type misfit struct {
	key string
	err error
}

func (m *misfit) Error() string { return m.err.Error() }
func (m *misfit) Unwrap() error { return m.err }

// at says which key an error is about; nil stays nil.
func at(key string, err error) error {
	var known *misfit
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &misfit{key, err}
}

// explain puts the line before an error: "LINE: what is wrong: what to write".
func (l lines) explain(err error) error {
	var m *misfit
	if errors.As(err, &m) {
		if n := l.of(m.key); n > 0 {
			return fmt.Errorf("%d: %w", n, err)
		}
	}
	return fmt.Errorf(" %w", err)
}
