package serialreader_test

import (
	"context"
	"fmt"
	"io"
	"log"

	"menshen/hal"
	"menshen/hal/serialreader"
	"menshen/hal/sim"
)

func ExampleRDM6300() {
	cable, err := sim.NewSerial() // on a board the device is there: "/dev/ttyAMA0"
	if err != nil {
		log.Fatal(err)
	}
	defer cable.Close()

	reader, err := serialreader.New(serialreader.Device(cable.Name(), 9600), serialreader.RDM6300("outside"))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.WriteString(cable, "\x020A006016166A\x03"); err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	reader.Run(ctx, func(e hal.ReaderEvent) {
		fmt.Println(e.Card, e.Card.Number)
		cancel()
	})
	// Output: card(40 bits) 6297110
}
