package wiegand_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"menshen/hal"
	"menshen/hal/sim"
	"menshen/hal/wiegand"
)

func ExampleReader() {
	door, err := sim.New(sim.Config{}) // on a board the lines are there: "GPIO24", "GPIO25"
	if err != nil {
		log.Fatal(err)
	}
	defer door.Close()

	reader, err := wiegand.New(wiegand.Lines("SIM_D0", "SIM_D1"), wiegand.Config{Name: "outside"})
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for !door.Pin(sim.D0).Watched() {
			time.Sleep(time.Millisecond)
		}
		door.Tap(17, 4242)
	}()
	ctx, cancel := context.WithCancel(context.Background())
	reader.Run(ctx, func(e hal.ReaderEvent) {
		fmt.Println(e.Card, e.Card.Layout, e.Card.Facility, e.Card.Number)
		cancel()
	})
	// Output: card(26 bits) H10301 17 4242
}

// A format of one's own: 10 bits of number under one odd parity.
func ExampleLayout() {
	format, err := wiegand.Layout("mine",
		"NNNNNNNNNN-",
		"xxxxxxxxxxO")
	fmt.Println(format.Bits, err)
	// Output: 11 <nil>
}
