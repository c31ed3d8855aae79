package rpc

import (
	"maps"
	"slices"
)

// CourierMethods are the names of the courier's methods, sorted.
func CourierMethods() []string { return slices.Sorted(maps.Keys(courierMethods)) }

// ReadParams reads parameters as those of a method.
func ReadParams(method string, params []byte) error { return methods[method].read(params) }
