package osdp_test

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"

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
	all, err := osdp.Find(t.Context(), func(baud int) (io.ReadWriteCloser, error) {
		tried = append(tried, baud)
		here, there := net.Pipe()
		if baud != 115200 {
			go io.Copy(io.Discard, there)
			return here, nil
		}
		go line.Serve(there)
		return here, nil
	})
	if err != nil || !slices.Equal(tried, osdp.Speeds) {
		t.Fatalf("%v at %v", err, tried)
	}
	if len(all) != 2 || all[0].Address != 3 || all[0].Baud != 115200 || all[1].Identity.Serial != 1077 {
		t.Errorf("found %+v", all)
	}
	gone := errors.New("gone")
	none := func(int) (io.ReadWriteCloser, error) { return nil, gone }
	if _, err := osdp.Find(t.Context(), none); !errors.Is(err, gone) {
		t.Error(err)
	}
}
