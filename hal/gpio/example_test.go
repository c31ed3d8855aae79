package gpio_test

import (
	"fmt"
	"log"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal/gpio"
	"menshen/hal/sim"
)

// A fail-secure strike on a relay board that switches on Low would have ActiveLow set;
// this one switches on High.
func ExampleNewRelay() {
	door, err := sim.New(sim.Config{}) // on a board the lines are there: "GPIO17"
	if err != nil {
		log.Fatal(err)
	}
	defer door.Close()

	pin, err := gpio.Open("SIM_RELAY")
	if err != nil {
		log.Fatal(err)
	}
	strike, err := gpio.NewRelay(pin, gpio.RelayConfig{Name: "strike"})
	if err != nil {
		log.Fatal(err)
	}
	defer strike.Close()

	if err := strike.Set(true); err != nil {
		log.Fatal(err)
	}
	fmt.Println(door.Push())
	// Output: <nil>
}

func ExampleNewInput() {
	door, err := sim.New(sim.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer door.Close()

	pin, err := gpio.Open("SIM_REX")
	if err != nil {
		log.Fatal(err)
	}
	button, err := gpio.NewInput(pin, gpio.InputConfig{
		Name: "rex", ActiveLow: true, Pull: periph.PullUp, Debounce: 10 * time.Millisecond,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer button.Close()

	door.Pin(sim.REX).Drive(periph.Low)
	fmt.Println(button.Active())
	// Output: true <nil>
}
