package paint

// sign is a pictogram. Each has a shape of its own: none differs from another by colour alone.
type sign uint8

const (
	noSign sign = iota
	signCard
	signKeypad
	signPass
	signLookUp // at the camera above the display
	signLookDown
	signLookLeft
	signLookRight
	signFaceRests
	signBell

	signCloseEyes
	signTurnLeft
	signTurnRight
	signCloser
	signBack
	signDark
	signBright
	signStill
	signStraight
	signUncover
	signOne

	signWait
	signTwo
	signOpen
	signNoEntry
	signExit
	signClose
	signAlarm
	signFire
	signRun
	signLock
	signWrench
	signStaff
	signClock
	signOtherDoor

	signPage
	signAway
	signStored
	signNotStored
	signErased
	signErasing
	signBellOff
	signComing

	signs
)

// drawings draw each sign in a square of 100 units.
var drawings = [signs]func(*pen){
	noSign:        func(*pen) {},
	signCard:      drawCard,
	signKeypad:    drawKeypad,
	signPass:      drawPass,
	signLookUp:    func(p *pen) { drawLook(p, pt{50, 66}, pt{50, 30}, pt{50, 6}) },
	signLookDown:  func(p *pen) { drawLook(p, pt{50, 34}, pt{50, 70}, pt{50, 94}) },
	signLookLeft:  func(p *pen) { drawLook(p, pt{68, 50}, pt{38, 50}, pt{8, 50}) },
	signLookRight: func(p *pen) { drawLook(p, pt{32, 50}, pt{62, 50}, pt{92, 50}) },
	signFaceRests: func(p *pen) { drawHead(p, pt{50, 54}, 1); drawLids(p, pt{50, 54}, 1); drawZ(p) },
	signBell:      drawBell,

	signCloseEyes: func(p *pen) { drawHead(p, pt{50, 50}, 1.12); drawLids(p, pt{50, 50}, 1.12) },
	signTurnLeft:  drawTurn,
	signTurnRight: func(p *pen) { p.flip = true; drawTurn(p) },
	signCloser:    func(p *pen) { drawWay(p, pt{40, 56}, pt{74, 56}) },
	signBack:      func(p *pen) { drawWay(p, pt{74, 56}, pt{40, 56}) },
	signDark:      drawDark,
	signBright:    drawBright,
	signStill:     drawStill,
	signStraight:  drawStraight,
	signUncover:   drawUncover,
	signOne:       drawOne,

	signWait:      drawHourglass,
	signTwo:       drawTwo,
	signOpen:      func(p *pen) { drawDoor(p, true); p.arrow(8, pt{4, 56}, pt{46, 56}) },
	signNoEntry:   drawNoEntry,
	signExit:      func(p *pen) { drawDoor(p, true); p.arrow(8, pt{50, 56}, pt{8, 56}) },
	signClose:     func(p *pen) { drawDoor(p, false) },
	signAlarm:     drawAlarm,
	signFire:      drawFire,
	signRun:       func(p *pen) { drawRunner(p, pt{36, 10}, 0.95); p.frame(78, 8, 20, 86, 1, 6) },
	signLock:      drawLock,
	signWrench:    func(p *pen) { drawWrench(p, pt{50, 50}, 1) },
	signStaff:     drawStaff,
	signClock:     drawClock,
	signOtherDoor: drawOtherDoor,

	signPage:      drawPage,
	signAway:      func(p *pen) { drawPerson(p, pt{68, 20}, 0.95); p.arrow(7, pt{40, 56}, pt{8, 56}) },
	signStored:    func(p *pen) { drawHead(p, pt{44, 46}, 0.95); drawEyes(p, pt{44, 46}, 0.95); drawTick(p) },
	signNotStored: func(p *pen) { drawHead(p, pt{44, 46}, 0.95); drawEyes(p, pt{44, 46}, 0.95); drawCross(p) },
	signErased:    drawErased,
	signErasing:   drawErasing,
	signBellOff:   func(p *pen) { drawBell(p); drawStrike(p) },
	signComing:    func(p *pen) { drawRunner(p, pt{62, 10}, 0.95); drawSmallBell(p) },
}

const stroke = 6

func drawCard(p *pen) {
	p.frame(6, 22, 88, 58, 9, stroke)
	p.box(18, 36, 18, 14, 3)
	p.line(5, pt{20, 66}, pt{44, 66})
	for _, r := range []float32{8, 17, 26} {
		p.bow(pt{54, 51}, r, 5, 50, 130)
	}
}

func drawKeypad(p *pen) {
	p.frame(18, 4, 64, 92, 9, stroke)
	for row := range 4 {
		for column := range 3 {
			p.box(29+16*float32(column), 16+18.6*float32(row), 10.5, 12.5, 3)
		}
	}
}

// drawPass is a QR code, of which only the three marks mean something.
func drawPass(p *pen) {
	for _, at := range []pt{{8, 8}, {60, 8}, {8, 60}} {
		p.frame(at.x, at.y, 32, 32, 2, 6)
		p.box(at.x+12, at.y+12, 8, 8, 0)
	}
	for _, at := range []pt{{60, 60}, {76, 60}, {68, 68}, {84, 68}, {60, 76}, {76, 76}, {68, 84}, {84, 84}} {
		p.box(at.x, at.y, 8, 8, 0)
	}
}

// drawHead is the outline of a head and its shoulders, s large; the drawings of eyes fit into it.
func drawHead(p *pen, c pt, s float32) {
	p.oval(c, 30*s, 38*s)
	p.cut(around(c, 30*s-stroke, 38*s-stroke, 0, 360)...)
	p.bow(pt{c.x, c.y + 10*s}, 11*s, 4.5*s, 140, 220)
}

func drawEyes(p *pen, c pt, s float32) {
	p.disc(pt{c.x - 12*s, c.y - 6*s}, 4.6*s)
	p.disc(pt{c.x + 12*s, c.y - 6*s}, 4.6*s)
}

func drawLids(p *pen, c pt, s float32) {
	for _, side := range []float32{-12, 12} {
		p.bow(pt{c.x + side*s, c.y - 11*s}, 7.5*s, 4.5*s, 120, 240)
	}
}

// drawLook is a face, and an arrow from it to the camera.
func drawLook(p *pen, face, from, tip pt) {
	drawHead(p, face, 0.85)
	drawEyes(p, face, 0.85)
	if from.x == tip.x {
		p.cut(pt{from.x - 30, min(from.y, tip.y)}, pt{from.x + 30, min(from.y, tip.y)},
			pt{from.x + 30, max(from.y, tip.y)}, pt{from.x - 30, max(from.y, tip.y)})
	}
	p.arrow(8, from, tip)
}

func drawZ(p *pen) {
	for _, z := range []struct{ x, y, s float32 }{{72, 14, 9}, {86, 3, 7}} {
		p.line(3.5, pt{z.x, z.y}, pt{z.x + z.s, z.y}, pt{z.x, z.y + z.s}, pt{z.x + z.s, z.y + z.s})
	}
}

// drawTurn is a head whose nose and eyes have gone to the left of whoever reads it, which is the
// person's own left, as in a mirror.
func drawTurn(p *pen) {
	c := pt{58, 44}
	p.oval(c, 28, 37)
	p.cut(around(c, 28-stroke, 37-stroke, 0, 360)...)
	p.disc(pt{42, 38}, 4.8)
	p.disc(pt{58, 38}, 4.8)
	p.line(4.5, pt{48, 40}, pt{43, 52}, pt{49, 52})
	p.bow(pt{49, 54}, 9, 4.5, 150, 215)
	p.bow(pt{54, 44}, 46, 7, 180, 236)
	tip := on(pt{54, 44}, 46, 243)
	p.line(7, pt{tip.x + 0.5, tip.y + 17}, pt{tip.x - 1, tip.y}, pt{tip.x + 15, tip.y + 7})
}

// drawWay is a person, a camera, and the way between them.
func drawWay(p *pen, from, to pt) {
	drawPerson(p, pt{18, 22}, 0.9)
	p.arrow(7, from, to)
	p.box(84, 22, 14, 70, 4)
	p.hole(pt{91, 34}, 4)
}

func drawSun(p *pen, c pt, r float32, full bool) {
	p.disc(c, r)
	if !full {
		p.hole(c, r-5)
	}
	for a := float32(0); a < 360; a += 45 {
		p.line(5, on(c, r+6, a), on(c, r+13, a))
	}
}

// drawDark: a face half in the shade, and a light to turn to.
func drawDark(p *pen) {
	c := pt{36, 58}
	p.oval(c, 27, 35)
	p.cut(pt{36, 20}, pt{64, 20}, pt{64, 96}, pt{36, 96})
	drawRim(p, c, 27, 35)
	p.disc(pt{47, 52}, 4)
	drawSun(p, pt{75, 26}, 8, false)
}

// drawBright: a face before a large light.
func drawBright(p *pen) {
	drawSun(p, pt{62, 38}, 20, true)
	c := pt{36, 62}
	p.cut(around(c, 31, 38, 0, 360)...)
	drawRim(p, c, 25, 32)
	p.line(4.5, pt{22, 56}, pt{31, 58})
	p.line(4.5, pt{50, 56}, pt{41, 58})
	p.line(4.5, pt{30, 75}, pt{42, 75})
}

// drawRim is the outline of an oval.
func drawRim(p *pen, c pt, rx, ry float32) {
	out, in := around(c, rx, ry, 0, 360), around(c, rx-5, ry-5, 0, 360)
	for i := len(in) - 1; i >= 0; i-- {
		out = append(out, in[i])
	}
	p.fill(out...)
}

// drawStill: a face between the corners of a frame.
func drawStill(p *pen) {
	drawHead(p, pt{50, 50}, 0.86)
	drawEyes(p, pt{50, 50}, 0.86)
	for _, q := range []pt{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
		c := pt{50 + q.x*45, 50 + q.y*45}
		p.line(stroke, pt{c.x - q.x*16, c.y}, c, pt{c.x, c.y - q.y*16})
	}
}

// drawStraight: a face with a level gaze, between two lines of sight.
func drawStraight(p *pen) {
	drawHead(p, pt{50, 50}, 0.95)
	drawEyes(p, pt{50, 50}, 0.95)
	p.line(5, pt{4, 44}, pt{14, 44})
	p.line(5, pt{86, 44}, pt{96, 44})
	p.line(5, pt{50, 1}, pt{50, 7})
	p.line(5, pt{50, 93}, pt{50, 99})
}

// drawUncover: a face in a mask, which goes down.
func drawUncover(p *pen) {
	c := pt{42, 48}
	drawRim(p, c, 32, 42)
	drawEyes(p, pt{42, 46}, 1.05)
	p.fill(pt{14, 54}, pt{42, 60}, pt{70, 54}, pt{66, 74}, pt{54, 86}, pt{42, 90}, pt{30, 86}, pt{18, 74})
	p.gap(3, pt{24, 68}, pt{60, 68})
	p.gap(3, pt{26, 77}, pt{58, 77})
	p.arrow(6, pt{84, 50}, pt{84, 86})
}

// drawOne: one person before the door, another who waits.
func drawOne(p *pen) {
	drawPerson(p, pt{30, 18}, 0.95)
	drawPerson(p, pt{74, 18}, 0.95)
	p.cut(around(pt{74, 18}, 7, 7, 0, 360)...)
	inner := torso(pt{74, 18}, 0.95, 5)
	p.cut(inner...)
	p.line(4, pt{52, 10}, pt{52, 22})
	p.line(4, pt{52, 34}, pt{52, 46})
	p.line(4, pt{52, 58}, pt{52, 70})
	p.line(4, pt{52, 82}, pt{52, 92})
}

func drawPerson(p *pen, head pt, s float32) {
	p.disc(head, 12*s)
	p.fill(torso(head, s, 0)...)
}

// torso is a body below a head, d smaller on each side.
func torso(head pt, s, d float32) []pt {
	x, y, w, h := head.x-18*s+d, head.y+16*s+d, 36*s-2*d, 64*s-2*d
	r := w / 2
	all := around(pt{x + r, y + r}, r, r, 270, 450)
	return append(all, pt{x + w, y + h - 3}, pt{x + w - 3, y + h}, pt{x + 3, y + h}, pt{x, y + h - 3})
}

func drawHourglass(p *pen) {
	p.line(8, pt{22, 8}, pt{78, 8})
	p.line(8, pt{22, 92}, pt{78, 92})
	p.line(stroke, pt{29, 10}, pt{29, 24}, pt{46, 50}, pt{29, 76}, pt{29, 90})
	p.line(stroke, pt{71, 10}, pt{71, 24}, pt{54, 50}, pt{71, 76}, pt{71, 90})
	p.fill(pt{38, 28}, pt{62, 28}, pt{50, 46})
	p.fill(pt{36, 84}, pt{50, 66}, pt{64, 84})
	p.line(3, pt{50, 46}, pt{50, 68})
}

func drawTwo(p *pen) {
	drawPerson(p, pt{28, 18}, 0.95)
	drawPerson(p, pt{72, 18}, 0.95)
	p.gap(5, pt{66, 60}, pt{78, 60})
	p.gap(5, pt{72, 54}, pt{72, 66})
}

// drawDoor is a frame with its leaf swung open, or nearly closed and closing.
func drawDoor(p *pen, open bool) {
	if open {
		p.line(stroke, pt{46, 40}, pt{46, 6}, pt{92, 6}, pt{92, 94}, pt{46, 94}, pt{46, 72})
		p.fill(pt{92, 6}, pt{92, 94}, pt{64, 84}, pt{64, 16})
		p.hole(pt{71, 52}, 3.5)
		return
	}
	p.line(stroke, pt{38, 94}, pt{38, 6}, pt{92, 6}, pt{92, 94})
	p.box(50, 16, 36, 78, 0)
	p.hole(pt{58, 56}, 3.8)
	p.arrow(7, pt{4, 56}, pt{27, 56})
}

func drawOtherDoor(p *pen) {
	p.frame(56, 10, 38, 84, 0, stroke)
	p.disc(pt{66, 54}, 3.6)
	p.line(stroke, pt{8, 94}, pt{8, 10}, pt{44, 10}, pt{44, 94})
	p.fill(pt{8, 10}, pt{30, 20}, pt{30, 86}, pt{8, 94})
	p.hole(pt{24, 54}, 3.2)
}

func drawNoEntry(p *pen) {
	p.disc(pt{50, 50}, 46)
	p.cut(rounded(22, 42, 56, 16, 4)...)
}

func drawAlarm(p *pen) {
	p.fill(pt{50, 6}, pt{97, 90}, pt{3, 90})
	p.line(6, pt{50, 8}, pt{94, 89}, pt{6, 89}, pt{50, 8})
	p.cut(pt{44.5, 34}, pt{55.5, 34}, pt{53, 66}, pt{47, 66})
	p.hole(pt{50, 76}, 5)
}

// drawRunner is a person who runs to the right.
func drawRunner(p *pen, head pt, s float32) {
	at := func(x, y float32) pt { return pt{head.x + x*s, head.y + y*s} }
	p.disc(at(4, 0), 9*s)
	p.line(11*s, at(-3, 16), at(-9, 42))
	p.line(8*s, at(-3, 15), at(12, 26), at(24, 20))
	p.line(8*s, at(-4, 15), at(-18, 20), at(-24, 34))
	p.line(9*s, at(-8, 43), at(8, 54), at(8, 78))
	p.line(9*s, at(-10, 43), at(-14, 62), at(-32, 68))
}

func drawFire(p *pen) {
	drawRunner(p, pt{66, 12}, 0.95)
	flame := func(c pt, s float32) []pt {
		return []pt{{c.x, c.y - 40*s}, {c.x + 10*s, c.y - 22*s}, {c.x + 13*s, c.y - 28*s}, {c.x + 20*s, c.y - 8*s},
			{c.x + 18*s, c.y + 8*s}, {c.x + 10*s, c.y + 18*s}, {c.x, c.y + 20*s}, {c.x - 10*s, c.y + 18*s},
			{c.x - 18*s, c.y + 8*s}, {c.x - 19*s, c.y - 4*s}, {c.x - 12*s, c.y - 18*s}, {c.x - 8*s, c.y - 12*s}}
	}
	p.fill(flame(pt{20, 74}, 1)...)
	p.cut(flame(pt{20, 83}, 0.42)...)
}

func drawLock(p *pen) {
	p.arc(pt{50, 34}, 22, 9, -90, 90)
	p.box(23.5, 34, 9, 14, 0)
	p.box(67.5, 34, 9, 14, 0)
	p.box(14, 44, 72, 50, 7)
	p.hole(pt{50, 64}, 7)
	p.cut(pt{46.5, 66}, pt{53.5, 66}, pt{55, 82}, pt{45, 82})
}

func drawWrench(p *pen, c pt, s float32) {
	at := func(x, y float32) pt { return pt{c.x + x*s, c.y + y*s} }
	p.line(17*s, at(-30, 30), at(16, -16))
	p.disc(at(20, -20), 23*s)
	p.cut(at(20, -30), at(30, -20), at(58, -48), at(48, -58))
	p.hole(at(25, -25), 7*s)
	p.hole(at(-30, 30), 4*s)
}

func drawStaff(p *pen) {
	drawPerson(p, pt{34, 26}, 1)
	p.cut(pt{14, 8}, pt{54, 8}, pt{54, 25}, pt{14, 25})
	p.fill(around(pt{34, 22}, 14, 14, 270, 450)...)
	p.line(5, pt{16, 22}, pt{52, 22})
	drawWrench(p, pt{76, 58}, 0.52)
}

func drawClock(p *pen) {
	p.disc(pt{50, 50}, 46)
	p.hole(pt{50, 50}, 46-stroke)
	p.line(7, pt{50, 22}, pt{50, 52}, pt{68, 64})
}

func drawPage(p *pen) {
	p.frame(16, 4, 68, 92, 5, stroke)
	p.line(7, pt{30, 22}, pt{62, 22})
	for y := float32(38); y < 84; y += 13 {
		p.line(4.5, pt{30, y}, pt{70, y})
	}
}

func drawBell(p *pen) {
	p.disc(pt{50, 12}, 7)
	all := around(pt{50, 42}, 27, 30, 270, 450)
	p.fill(append(all, pt{79, 66}, pt{90, 78}, pt{10, 78}, pt{21, 66})...)
	p.fill(around(pt{50, 84}, 12, 12, 90, 270)...)
	p.cut(pt{30, 79}, pt{70, 79}, pt{70, 83}, pt{30, 83})
}

func drawSmallBell(p *pen) {
	all := around(pt{18, 20}, 11, 12, 270, 450)
	p.fill(append(all, pt{31, 31}, pt{35, 37}, pt{1, 37}, pt{5, 31})...)
	p.disc(pt{18, 7}, 3.4)
	p.fill(around(pt{18, 40}, 5, 5, 90, 270)...)
}

func drawStrike(p *pen) {
	p.gap(20, pt{8, 4}, pt{96, 92})
	p.line(8, pt{10, 8}, pt{92, 90})
}

func drawTick(p *pen) {
	p.hole(pt{76, 76}, 25)
	p.disc(pt{76, 76}, 21)
	strokeOut(p, 6, pt{66, 77}, pt{73, 84}, pt{87, 69})
}

func drawCross(p *pen) {
	p.hole(pt{76, 76}, 25)
	p.disc(pt{76, 76}, 21)
	strokeOut(p, 6, pt{68, 68}, pt{84, 84})
	strokeOut(p, 6, pt{84, 68}, pt{68, 84})
}

// strokeOut is a line that is cut out.
func strokeOut(p *pen, w float32, through ...pt) {
	for i, b := range through {
		p.hole(b, w/2)
		if i > 0 {
			p.gap(w, through[i-1], b)
		}
	}
}

// drawErased: an outline of dashes with nothing in it, and a tick.
func drawErased(p *pen) {
	c := pt{44, 46}
	for a := float32(0); a < 360; a += 30 {
		out, in := around(c, 30, 38, a, a+17), around(c, 24.5, 32.5, a, a+17)
		for i := len(in) - 1; i >= 0; i-- {
			out = append(out, in[i])
		}
		p.fill(out...)
	}
	drawTick(p)
}

// drawErasing: the same, and an hourglass.
func drawErasing(p *pen) {
	c := pt{40, 46}
	for a := float32(0); a < 360; a += 30 {
		out, in := around(c, 30, 38, a, a+17), around(c, 24.5, 32.5, a, a+17)
		for i := len(in) - 1; i >= 0; i-- {
			out = append(out, in[i])
		}
		p.fill(out...)
	}
	p.cut(rounded(54, 48, 46, 52, 0)...)
	p.line(5, pt{62, 54}, pt{94, 54})
	p.line(5, pt{62, 95}, pt{94, 95})
	p.fill(pt{66, 56}, pt{90, 56}, pt{78, 75})
	p.fill(pt{66, 94}, pt{78, 73}, pt{90, 94})
	p.cut(pt{72, 60}, pt{84, 60}, pt{81, 65}, pt{75, 65})
}
