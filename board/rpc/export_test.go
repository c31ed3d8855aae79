package rpc

// ReadParams reads parameters as those of a method.
func ReadParams(method string, params []byte) error { return methods[method].read(params) }
