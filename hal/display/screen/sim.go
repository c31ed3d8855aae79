package screen

import (
	"fmt"
	"image"
	"os"
)

// MakeSim makes the file in which a simulated screen has its picture. A confined process cannot: a
// test or the simulated door does, before it opens.
func MakeSim(path string, size image.Point) error {
	return os.WriteFile(path, make([]byte, 4*size.X*size.Y), 0o600)
}

// ReadSim reads what a simulated screen shows.
func ReadSim(path string, size image.Point) (*image.RGBA, error) {
	img := image.NewRGBA(image.Rectangle{Max: size})
	pixels, err := os.ReadFile(path)
	if err != nil || len(pixels) != len(img.Pix) {
		return nil, fmt.Errorf("read the simulated screen %s: %d bytes, %w", path, len(pixels), err)
	}
	for i, v := range pixels {
		img.Pix[i] = v
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img, nil
}

// openSim opens a simulated screen: a file of the size that its pixels take.
func openSim(path string, size image.Point) (Screen, error) {
	f, err := openMemory(path)
	if err != nil {
		return nil, err
	}
	length := 4 * size.X * size.Y
	if info, err := f.Stat(); err != nil || info.Size() != int64(length) {
		f.Close()
		return nil, fmt.Errorf("%s is no simulated screen of %d×%d pixels", path, size.X, size.Y)
	}
	m := &memory{name: fmt.Sprintf("simulated, %d×%d", size.X, size.Y), looks: Looks{Size: size, Colour: true},
		file: f, pitch: 4 * size.X, pixel: 4, colour: [3]channel{{0, 8}, {8, 8}, {16, 8}}}
	return m.mapped(length)
}
