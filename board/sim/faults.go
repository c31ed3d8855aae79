package sim

import "math/rand/v2"

// faultScript says how each fault goes.
var faultScript = map[Kind]func(*world, *person){}

func (p *Plan) breakThings(*rand.Rand, int, bool) {}

func (w *world) powerReturns() {}
