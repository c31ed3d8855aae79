package camera

import (
	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// piped is a camera that another process holds.
type piped struct{ *pipe.Reader }

func openPipe(path string) (source, error) {
	r, err := pipe.Open(path)
	if err != nil {
		return nil, err
	}
	return piped{r}, nil
}

func (p piped) read(f *hal.Frame) error { return p.Read(f) }
func (p piped) close() error            { return p.Close() }
