package camera

import (
	"fmt"

	"menshen/hal"
)

// SetControl sets a control of a camera's driver, by its number (linux/v4l2-controls.h): such as
// its infrared emitter. Errors: the camera has no such control, or none at all.
func SetControl(c hal.Camera, number uint32, value int32) error {
	switch c := c.(type) {
	case *device:
		return c.reader.SetControl(number, value)
	case *stream:
		if src, ok := c.src.(interface {
			setControl(number uint32, value int32) error
		}); ok {
			return src.setControl(number, value)
		}
	}
	return fmt.Errorf("camera %s has no controls", c)
}
