package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"menshen/board/rpc"
)

// FuzzLine sends any bytes to a unit where nobody is logged in. Whatever they are, the visit ends
// with them, and each answer is a line of JSON that fits.
func FuzzLine(f *testing.F) {
	for _, lines := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"people.find","params":{"words":"12"}}` + "\n",
		`{"jsonrpc":"2.0","id":"a","method":"door.watch"}` + "\r\n" +
			`{"jsonrpc":"2.0","method":"cancel","params":{"id":"a"}}` + "\n",
		"{\"jsonrpc\":\"2.0\",\"id\":-1e400,\"method\":\"door.status\"}\n{}\n{\n[]\n",
		"{\"jsonrpc\":\"2.0\",\"id\":\"\\u0000\xff\",\"method\":\"no\"}\n\x00",
		"?menshen-rpc\n",
	} {
		f.Add([]byte(lines))
	}
	f.Fuzz(func(t *testing.T, lines []byte) {
		if bytes.Contains(lines, []byte("session")) || bytes.ContainsRune(lines, '\\') {
			return // those need a desk; escapes may spell them
		}
		out := &answers{T: t}
		err := rpc.New(nil, rpc.Options{Line: "test"}).Serve(context.Background(), struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(lines), out})
		if err == nil || out.rest != "" {
			t.Errorf("the visit ended with %v, and the last line is %q", err, out.rest)
		}
	})
}

// answers checks each line that the unit writes.
type answers struct {
	*testing.T
	rest string
}

func (a *answers) Write(b []byte) (int, error) {
	a.rest += string(b)
	for {
		line, rest, whole := strings.Cut(a.rest, "\n")
		if !whole {
			return len(b), nil
		}
		a.rest = rest
		if line = strings.TrimSpace(line); line != "" && (!json.Valid([]byte(line)) || len(line) > rpc.MaxLine) {
			a.Errorf("the unit wrote %.200q", line)
		}
	}
}

// FuzzParams reads any bytes as the parameters of each method: they are refused in words that
// repeat nothing of them, since they may hold a secret.
func FuzzParams(f *testing.F) {
	f.Add([]byte(`{"person":"4bf5122f344554c53bde2ebb8cd2b7e3","label":"fob","write":true}`))
	f.Add([]byte(`{"name":"anna","secret":"hunter2hunter2","lang":7}`))
	f.Add([]byte(`{"name":"anna","sekret":"hunter2hunter2"}`))
	f.Add([]byte(`{"secret":"a\u0000\"b"}`))
	f.Add([]byte(`{"offset":0,"data":"hunter2hunter2*"}`))
	f.Fuzz(func(t *testing.T, params []byte) {
		for _, name := range rpc.Methods() {
			err := rpc.ReadParams(name, params)
			if err != nil && bytes.Contains(params, []byte("hunter2")) && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
