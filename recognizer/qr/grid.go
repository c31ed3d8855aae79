package qr

import "math"

const maxVersion = 10

// symbol is a square of modules; true is dark.
type symbol struct {
	version int
	n       int // modules a side
	dark    []bool
}

func (s *symbol) at(x, y int) bool { return s.dark[y*s.n+x] }

// sample reads the modules of a version. It also gives how well the finder and timing
// patterns fit, 0…1.
func sample(grey []byte, w, h int, corners [4]Point, version int) (*symbol, float64) {
	m, ok := perspective(corners)
	if !ok {
		return nil, 0
	}
	s := &symbol{version: version, n: 17 + 4*version}
	s.read(grey, w, h, m)
	return s, s.fit()
}

// read takes each module's brightness at its middle and compares it with the mean around it.
func (s *symbol) read(grey []byte, w, h int, m [8]float64) {
	light := make([]int, s.n*s.n)
	for y := range s.n {
		for x := range s.n {
			px, py := project(m, (float64(x)+0.5)/float64(s.n), (float64(y)+0.5)/float64(s.n))
			light[y*s.n+x] = around(grey, w, h, px, py)
		}
	}
	s.dark = make([]bool, s.n*s.n)
	const reach = 5
	for y := range s.n {
		for x := range s.n {
			sum, count := 0, 0
			for j := max(0, y-reach); j <= min(s.n-1, y+reach); j++ {
				for i := max(0, x-reach); i <= min(s.n-1, x+reach); i++ {
					sum, count = sum+light[j*s.n+i], count+1
				}
			}
			s.dark[y*s.n+x] = light[y*s.n+x]*count < sum
		}
	}
}

// around is nine times the mean of the three by three pixels around a place; outside the
// picture is light.
func around(grey []byte, w, h int, px, py float64) int {
	if !(px > -1e6 && px < 1e6 && py > -1e6 && py < 1e6) {
		return 9 * 255
	}
	cx, cy, sum := int(math.Floor(px)), int(math.Floor(py)), 0
	for y := cy - 1; y <= cy+1; y++ {
		for x := cx - 1; x <= cx+1; x++ {
			if x < 0 || y < 0 || x >= w || y >= h {
				sum += 255
			} else {
				sum += int(grey[y*w+x])
			}
		}
	}
	return sum
}

// fit is the share of right modules in the three finder patterns and the two timing patterns.
func (s *symbol) fit() float64 {
	right, all := 0, 0
	expect := func(x, y int, dark bool) {
		all++
		if s.at(x, y) == dark {
			right++
		}
	}
	for _, corner := range [3][2]int{{0, 0}, {s.n - 7, 0}, {0, s.n - 7}} {
		for y := range 7 {
			for x := range 7 {
				ring := max(abs(x-3), abs(y-3))
				expect(corner[0]+x, corner[1]+y, ring != 2)
			}
		}
	}
	for i := 8; i < s.n-8; i++ {
		expect(i, 6, i%2 == 0)
		expect(6, i, i%2 == 0)
	}
	return float64(right) / float64(all)
}

func abs(v int) int { return max(v, -v) }

// perspective maps the unit square to the quadrilateral of the corners (Heckbert 1989): x' =
// (ax+by+c)/(gx+hy+1), y' likewise.
func perspective(p [4]Point) (m [8]float64, ok bool) {
	sx, sy := p[0].X-p[1].X+p[2].X-p[3].X, p[0].Y-p[1].Y+p[2].Y-p[3].Y
	dx1, dx2 := p[1].X-p[2].X, p[3].X-p[2].X
	dy1, dy2 := p[1].Y-p[2].Y, p[3].Y-p[2].Y
	det := dx1*dy2 - dx2*dy1
	if !(math.Abs(det) > 1) {
		return m, false
	}
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return [8]float64{p[1].X - p[0].X + g*p[1].X, p[3].X - p[0].X + h*p[3].X, p[0].X,
		p[1].Y - p[0].Y + g*p[1].Y, p[3].Y - p[0].Y + h*p[3].Y, p[0].Y, g, h}, true
}

func project(m [8]float64, x, y float64) (float64, float64) {
	d := m[6]*x + m[7]*y + 1
	return (m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d
}
