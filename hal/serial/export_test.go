package serial

// Modem replaces what the port reads its modem lines with.
func (p *Port) Modem(f func(fd int) (lines int, err error)) { p.modem = f }
