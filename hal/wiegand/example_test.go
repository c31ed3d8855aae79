package wiegand_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"menshen/hal"
	"menshen/hal/gpio"
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

// A Framer cuts pulses into frames by their times, and a Format makes a card of a frame. Here the
// edges are made up; those of a board come from gpio.Watch.
func ExampleFramer() {
	bits := wiegand.H10301.Encode(17, 4242)
	edge := func(i int, start time.Duration) gpio.Edge {
		line := 0
		if bits[i] {
			line = 1
		}
		return gpio.Edge{Line: line, At: start + time.Duration(i)*2*time.Millisecond, Seq: uint32(i + 1)}
	}

	var framer wiegand.Framer
	for i := range bits {
		framer.Edge(edge(i, 0))
	}
	fmt.Println("a frame ends after", framer.Gap(), "without a pulse")
	frame, _ := framer.Quiet()
	card := wiegand.H10301.Card(frame.Bits)
	fmt.Println(wiegand.H10301.Check(frame.Bits), card.Facility, card.Number)

	framer = wiegand.Framer{}
	for i := range bits {
		if i != 9 { // the kernel's queue was full: an edge is missing, and its number with it
			framer.Edge(edge(i, time.Second))
		}
	}
	frame, _ = framer.Quiet()
	fmt.Println(len(frame.Bits), frame.Err)
	// Output:
	// a frame ends after 10ms without a pulse
	// <nil> 17 4242
	// 0 part of a frame was lost: the unit was too busy to take every pulse
}
