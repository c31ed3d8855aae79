package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// logged makes a log as qemu writes it: each write is its sector and its data; nil data: a flush.
func logged(t *testing.T, writes ...func() (at uint64, data []byte)) string {
	t.Helper()
	log := make([]byte, sector)
	for _, w := range writes {
		at, data := w()
		flags := uint64(0)
		if data == nil {
			flags = 1
		}
		entry := make([]byte, sector)
		for i, n := range []uint64{at, uint64(len(data)) / sector, flags, uint64(len(data))} {
			binary.LittleEndian.PutUint64(entry[8*i:], n)
		}
		log = append(append(log, entry...), data...)
	}
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, log, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func sectors(at uint64, of byte, n int) func() (uint64, []byte) {
	return func() (uint64, []byte) { return at, bytes.Repeat([]byte{of}, n*sector) }
}

func flush() (uint64, []byte) { return 0, nil }

// TestCut: what was flushed is on the card, what was not may be, and of the last write there is a
// beginning.
func TestCut(t *testing.T) {
	all := read([]string{logged(t, sectors(0, 'a', 1), flush, sectors(1, 'b', 1), sectors(2, 'c', 4)),
		logged(t, sectors(0, 'd', 1))})
	if len(all) != 5 || all[3].size != 4 || all[4].start != 2 {
		t.Fatalf("read %+v", all)
	}
	lost, torn := 0, 0
	for seed := range uint64(40) {
		card := filepath.Join(t.TempDir(), "card")
		if err := os.WriteFile(card, make([]byte, 8*sector), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := cut(card, seed, 4, all); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		if raw[0] != 'a' || raw[2*sector] != 'c' || raw[6*sector] != 0 {
			t.Fatalf("seed %d: a flushed write is lost, or one came of nothing", seed)
		}
		if raw[sector] == 0 {
			lost++
		}
		if raw[5*sector] == 0 {
			torn++
		}
	}
	if lost < 8 || lost > 32 || torn < 15 || torn > 39 {
		t.Errorf("of 40 cuts %d lost a write and %d tore the last one", lost, torn)
	}
	if cut("", 0, 9, all) == nil {
		t.Error("a cut behind the end is taken")
	}
}
