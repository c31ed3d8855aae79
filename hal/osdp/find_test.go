package osdp_test

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"menshen/hal/osdp"
	"menshen/hal/osdp/osdptest"
)

// TestFind: readers are found at their addresses, at the one speed at which they answer; two that
// answer at once at everybody's address are noise, and are looked for one by one.
func TestFind(t *testing.T) { synctest.Test(t, testFind) }

func testFind(t *testing.T) {
	far := []*osdptest.Reader{
		{Address: 3, Identity: osdp.Identity{Serial: 1003}},
		{Address: 77, Identity: osdp.Identity{Serial: 1077}},
	}
	line := osdptest.NewLine(far...)
	var tried []int
	open := func(baud int) (io.ReadWriteCloser, error) {
		here, there := net.Pipe()
		if baud != 115200 {
			go io.Copy(io.Discard, there)
			return here, nil
		}
		go line.Serve(there)
		return here, nil
	}
	find := func(each bool) ([]osdp.Found, time.Duration, error) {
		begun := time.Now()
		tried = nil
		all, err := osdp.Find(t.Context(), open, each, func(baud int) { tried = append(tried, baud) })
		return all, time.Since(begun), err
	}
	all, _, err := find(false)
	if err != nil || !slices.Equal(tried, osdp.Speeds) {
		t.Fatalf("%v at %v", err, tried)
	}
	if len(all) != 2 || all[0].Address != 3 || all[0].Baud != 115200 || all[1].Identity.Serial != 1077 {
		t.Errorf("found %+v", all)
	}
	line.Do(func() { far[0].OwnAddress, far[1].OwnAddress = true, true })
	if all, took, err := find(false); err != nil || len(all) != 0 || took > 10*time.Second {
		t.Errorf("by everybody's address, after %v: %v, %v", took, all, err)
	}
	all, took, err := find(true)
	if err != nil || len(all) != 2 || all[1].Address != 77 || took > osdp.FindEachTakes {
		t.Errorf("one by one, after %v: %v, %v", took, all, err)
	}
	line.Do(func() { far[1].Address = 3 })
	if all, _, err = find(true); err != nil || len(all) != 1 || !all[0].Damaged || all[0].Address != 3 {
		t.Errorf("two at one address: %v, %v", all, err)
	}
	gone := errors.New("gone")
	none := func(int) (io.ReadWriteCloser, error) { return nil, gone }
	if _, err := osdp.Find(t.Context(), none, true, func(int) {}); !errors.Is(err, gone) {
		t.Error(err)
	}
}
