// Command cuts makes cards as a power cut leaves them, from one that was updated to the end while
// qemu logged each write to it (blklogwrites, the format of Linux's dm-log-writes):
//
//	cuts plan SEED COUNT LOG…          prints COUNT cuts, one a line: NUMBER STEP
//	cuts card SEED NUMBER CARD LOG…    makes CARD, a copy of the card before, the one at that cut
//
// A LOG is what one start of the unit wrote. At a cut the writes are on the card up to the
// NUMBERth. Of those since the last flush each is lost with one half, as the card's own cache loses
// them, and of the last one only its first sectors are there. Cuts are spread over the steps, and
// lie denser at the commit.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

const sector = 512

// write is one entry of a log.
type write struct {
	start int   // of the unit, from 1
	at    int64 // sector of the card
	size  int64 // sectors; 0: a flush alone
	flush bool  // all before it is on the card
	gone  bool  // it carries no data: the sectors are given back, and may hold anything
	data  int64 // where its data begin in the log
	file  string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 {
		log.Fatal("cuts plan SEED COUNT LOG…; cuts card SEED NUMBER CARD LOG…")
	}
	seed, n := number(os.Args[2]), number(os.Args[3])
	if os.Args[1] == "plan" {
		plan(seed, int(n), read(os.Args[4:]))
		return
	}
	if err := cut(os.Args[4], seed, int(n), read(os.Args[5:])); err != nil {
		log.Fatal(err)
	}
}

func number(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// read reads the logs of all starts.
func read(files []string) (all []write) {
	for i, name := range files {
		f, err := os.Open(name)
		if err != nil {
			log.Fatal(err)
		}
		raw := make([]byte, 32)
		word := func(n int) int64 { return int64(binary.LittleEndian.Uint64(raw[8*n:])) }
		for at := int64(sector); ; {
			if _, err := f.ReadAt(raw, at); err != nil {
				break // the end, also of a log that was cut
			}
			w := write{start: i + 1, at: word(0), size: word(1), flush: word(2)&1 != 0, gone: word(2)&4 != 0,
				data: at + sector, file: name}
			if w.size < 0 || w.size == 0 && !w.flush {
				break
			}
			at += sector
			if !w.gone {
				at += w.size * sector
			}
			all = append(all, w)
		}
		f.Close()
	}
	return all
}

// steps are the partitions of the card (scripts/image/card.sh), by their first MiB.
var steps = []struct {
	from int64
	name string
}{
	{900, "the vault's partition"}, {896, "the table of partitions"}, {880, "what both systems know"}, {556, "root b"},
	{232, "root a"}, {228, "the table of partitions"}, {132, "boot b"}, {36, "boot a"}, {4, "autoboot.txt"},
	{0, "the table of partitions"},
}

func step(w write) string {
	for _, s := range steps {
		if w.at/2048 >= s.from {
			return fmt.Sprintf("start %d: %s", w.start, s.name)
		}
	}
	return ""
}

// plan prints cuts, from when the other slot is first written to. Each step has the same share,
// however much it writes, and half of all lie within the 40 writes around the commit, or around the
// last state that both systems know where the log ends before.
func plan(seed uint64, count int, all []write) {
	r := rand.New(rand.NewPCG(seed, 0))
	of := map[string][]int{}
	var names []string
	commit, last := 0, 0
	for i, w := range all {
		name := step(w)
		if w.size == 0 || len(names) == 0 && !strings.HasSuffix(name, " b") {
			continue
		}
		if of[name] == nil {
			names = append(names, name)
		}
		of[name] = append(of[name], i+1)
		switch {
		case strings.HasSuffix(name, "autoboot.txt"):
			commit = i + 1
		case strings.HasSuffix(name, "systems know"):
			last = i + 1
		}
	}
	if len(names) == 0 {
		log.Fatal("nothing was written to slot b")
	}
	if commit == 0 {
		commit = last
	}
	var chosen []int
	for len(chosen) < count {
		n := commit - 20 + r.IntN(40)
		if len(chosen)%2 == 0 {
			some := of[names[len(chosen)/2%len(names)]]
			n = some[r.IntN(len(some))]
		}
		if n > 0 && n <= len(all) && all[n-1].size > 0 {
			chosen = append(chosen, n)
		}
	}
	slices.Sort(chosen)
	for _, n := range chosen {
		fmt.Printf("%d %s\n", n, step(all[n-1]))
	}
}

// cut writes to the card what is on it at the cut.
func cut(card string, seed uint64, n int, all []write) error {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	f, err := os.OpenFile(card, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if n > len(all) {
		return fmt.Errorf("there are %d writes, not %d", len(all), n)
	}
	flushed := 0
	for i, w := range all[:n] {
		if w.flush {
			flushed = i + 1
		}
	}
	for i, w := range all[:n] {
		size := w.size
		if last := i == n-1; last && size > 1 {
			size = 1 + r.Int64N(size)
		} else if !last && i >= flushed && r.IntN(2) == 0 {
			continue
		}
		if err := put(f, w, size); err != nil {
			return err
		}
	}
	return nil
}

// put copies the first sectors of a write to the card.
func put(card *os.File, w write, sectors int64) error {
	if w.gone {
		return nil
	}
	from, err := os.Open(w.file)
	if err != nil {
		return err
	}
	defer from.Close()
	data := make([]byte, sectors*sector)
	if _, err := io.ReadFull(io.NewSectionReader(from, w.data, sectors*sector), data); err != nil {
		return err
	}
	_, err = card.WriteAt(data, w.at*sector)
	return err
}
