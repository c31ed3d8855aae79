package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// lines has the line number of each key and table of a file: "relay.pin", and of the
// second reader "reader.1.d0".
type lines map[string]int

// Line gives the line number of a key, or of the table in which it should
// be; 0: neither is in the file.
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

// findLines reads a file that the decoder accepted.
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

// misfit is a value that is refused: its key and the error.
type misfit struct {
	key string
	err error
}

// misfits are all refused values of a file.
type misfits []misfit

// add adds an error about a key, unless it is nil.
func (m *misfits) add(key string, err error) {
	if err != nil {
		*m = append(*m, misfit{key, err})
	}
}

// when adds an error about a key if a condition is true.
func (m *misfits) when(is bool, key, format string, args ...any) {
	if is {
		m.add(key, fmt.Errorf(format, args...))
	}
}

// explain gives errors of the form "LINE: what is wrong: what to write", in the order of
// the file; nil for no misfits.
func (l lines) explain(all misfits) error {
	slices.SortStableFunc(all, func(a, b misfit) int { return cmp.Compare(l.of(a.key), l.of(b.key)) })
	var found Errors
	for _, m := range all {
		found = append(found, atLine(l.of(m.key), m.err))
	}
	return found.orNil()
}

// atLine puts a line number before an error; 0: none.
func atLine(n int, err error) error {
	if n == 0 {
		return fmt.Errorf(" %w", err)
	}
	return fmt.Errorf("%d: %w", n, err)
}

// Errors are all errors of a file, printed one a line.
type Errors []error

func (e Errors) Error() string   { return errors.Join(e...).Error() }
func (e Errors) Unwrap() []error { return e }

func (e Errors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// In puts the file's path before each error.
func (e Errors) In(path string) Errors {
	var out Errors
	for _, err := range e {
		out = append(out, fmt.Errorf("%s:%w", path, err))
	}
	return out
}
