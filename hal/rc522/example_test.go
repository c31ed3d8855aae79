package rc522_test

import (
	"context"
	"fmt"

	"periph.io/x/conn/v3/spi"

	"menshen/hal"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

func ExampleReader() {
	chip := rc522test.New() // on a board: rc522.Port(0, 0)
	chip.Present(rc522test.Classic(0xde, 0xad, 0xbe, 0xef))

	reader := rc522.New(func() (spi.PortCloser, error) { return chip, nil }, rc522.Config{Name: "outside"})
	ctx, cancel := context.WithCancel(context.Background())
	reader.Run(ctx, func(e hal.ReaderEvent) {
		fmt.Println(e.Card, e.Card.Layout, e.Card.Clonable)
		cancel()
	})
	// Output: card(32 bits) uid true
}
