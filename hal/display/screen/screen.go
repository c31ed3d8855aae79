// Package screen puts pictures onto what a door has to show them: a monitor or a panel on a ribbon
// cable through the kernel (package drm), an older frame buffer, and small panels on SPI or I2C
// (package panel).
//
// What to open is a [Source], from the configuration:
//
//	drm                        the first monitor or panel of the kernel's (HDMI, DSI, DPI)
//	drm:HDMI-A-1               the one at this connector (ls /sys/class/drm)
//	fb:/dev/fb0                a frame buffer, where the kernel has no DRM for it
//	ssd1306:i2c=1:0x3c         128×64 points in one colour, on I2C
//	ssd1306:spi=0.0,dc=GPIO25  the same on SPI
//	st7789:spi=0.0,dc=GPIO25   240×320 in colour; also ili9341, and st7735 with 128×160
//	epaper:spi=0.0,dc=GPIO25,reset=GPIO17,busy=GPIO24
//	                           122×250, black on white (SSD1680)
//	sim:/run/screen,size=800x480
//	                           memory in a file, in the place of a screen
//
// A panel on SPI may also have reset= and, of one in colour, light= (its lamp).
//
// Each takes turn=90, 180 or 270: by how much the screen is mounted clockwise of upright. For a
// small panel size= says how many points it has, where it is not the usual number, and offset=
// where they lie in the controller's memory; for one whose colours come out wrong there are
// colours=bgr (or rgb) and invert=yes (or no). Lines are named as hal/gpio opens them.
//
// A process opens its screen before it is confined and reopens it afterwards: [Source.Keep] is what
// it needs for that. The lines of a small panel are not given to a process twice, nor is a device
// that came later: Open then fails with fs.ErrPermission, and only another process helps.
package screen

import (
	"fmt"
	"image"
)

// Screen is an open screen. Its methods are for one goroutine.
type Screen interface {
	// Looks is what a layout has to know.
	Looks() Looks
	// Draw shows a picture of the screen's size, of which only dirty has changed since the last
	// one; of the first one, all has. It returns when the screen has it: at once, at the next
	// frame, or, if it is slow, some seconds later. The picture is not kept. hal.ErrGone: the
	// screen is not there any more, or not as it was; open it again.
	Draw(img *image.RGBA, dirty image.Rectangle) error
	// Check asks whether the screen is still there; else the error is hal.ErrGone. It is cheap, to
	// be asked each second: a monitor is plugged in and out.
	Check() error
	// Close gives it back. What it shows then is not said.
	Close() error
	// String names it for status and log: "HDMI-A-1, 1920×1080".
	fmt.Stringer
}

// Looks is what a layout has to know of a screen.
type Looks struct {
	Size   image.Point // pixels, as the picture has them
	Width  int         // of the visible picture in millimetres; 0: not known
	Colour bool        // false: a point is on or off; a pixel is on if a colour of it is half or more
	Slow   bool        // a change takes seconds and may flicker: no animation, no seconds
}
