package rpc_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/jpeg"
	"net"
	"sync"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/rpc"
	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/eye"
)

// grey is a made-up picture, of so much grey all over.
func grey(width int, level byte) eye.Picture {
	height := width * 3 / 4
	return eye.Picture{Width: width, Height: height, Grey: bytes.Repeat([]byte{level}, width*height),
		Zone: image.Rect(0, 0, width, height), Box: image.Rect(width/4, height/4, width/2, height/2),
		Quality: recognizer.Quality{Height: 61, Advice: scene.ComeCloser}}
}

// picture is the next picture from the unit, with its pixels.
func (p *peer) picture() (of object, pixels image.Image) {
	p.Helper()
	m := p.next()
	for m["method"] != "picture" {
		m = p.next()
	}
	of = m["params"].(object)
	raw, err := base64.StdEncoding.DecodeString(of["jpeg"].(string))
	if err == nil {
		pixels, err = jpeg.Decode(bytes.NewReader(raw))
	}
	if err != nil {
		p.Fatal(err)
	}
	return of, pixels
}

func greyOf(p image.Image) byte { return p.(*image.Gray).GrayAt(10, 10).Y }

// TestAimOverTheLine: a picture comes with what is said of it, at most 160 wide, until it is
// cancelled; the infrared camera's beside it.
func TestAimOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	p.put(`{"jsonrpc":"2.0","id":"aim","method":"camera.aim"}` + "\n")
	b.Eventually("the eye aims", func() bool { return b.Eye.Mode() == eye.Aim })
	both := grey(320, 200)
	infrared := grey(160, 90)
	both.Infrared = &infrared
	b.Eye.Pics <- both
	of, pixels := p.picture()
	if of["id"] != "aim" || of["width"] != 160.0 || of["height"] != 120.0 ||
		pixels.Bounds() != image.Rect(0, 0, 160, 120) {
		t.Errorf("%v × %v, decoded as %v", of["width"], of["height"], pixels.Bounds())
	}
	if g := greyOf(pixels); g < 195 || g > 205 {
		t.Errorf("grey %d", g)
	}
	face, advice := of["face"].([]any), of["advice"]
	if face[0] != 40.0 || face[1] != 30.0 || face[2] != 40.0 || face[3] != 30.0 ||
		advice != "please come closer" || of["good"] != false {
		t.Errorf("face at %v, told %q, good %v", face, advice, of["good"])
	}
	if left := of["left"].(float64); left <= 0 || left > 600 {
		t.Errorf("%v s are left", left)
	}
	second := of["infrared"].(object)
	if second["jpeg"] == "" || second["jpeg"] == of["jpeg"] || second["width"] != 160.0 {
		t.Errorf("the second camera: %v", second)
	}
	p.put(`{"jsonrpc":"2.0","method":"cancel","params":{"id":"aim"}}` + "\n")
	for m := p.next(); m["id"] != "aim"; m = p.next() {
	}
	b.Eventually("the aiming on record", func() bool { return b.Count("aiming ended") == 1 })
}

// TestSlowLineSkipsPictures: a line that is busy gets the newest picture when it is free, and none
// that waited.
func TestSlowLineSkipsPictures(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	p.put(`{"jsonrpc":"2.0","id":1,"method":"camera.aim"}` + "\n")
	b.Eventually("the eye aims", func() bool { return b.Eye.Mode() == eye.Aim })
	const last = 240
	for g := 0; g <= last; g += 10 { // nobody reads: the line hangs with the first of them
		b.Eye.Pics <- grey(160, byte(g))
	}
	b.Eye.Pics <- grey(160, last) // the one before is done with
	if _, first := p.picture(); greyOf(first) > 10 {
		t.Errorf("the first picture has grey %d", greyOf(first))
	}
	ended := make(chan struct{})
	defer func() { <-ended }()
	defer p.Close()
	go func() {
		defer close(ended)
		for b.Eye.Mode() == eye.Aim {
			select {
			case b.Eye.Pics <- grey(160, last):
			case <-time.After(time.Millisecond):
			}
		}
	}()
	if _, next := p.picture(); greyOf(next) < last-5 {
		t.Errorf("a picture of grey %d waited in a queue", greyOf(next))
	}
}

// kept is a line whose end keeps what it was given to write.
type kept struct {
	net.Conn
	mu  sync.Mutex
	all [][]byte
}

func (k *kept) Write(b []byte) (int, error) {
	k.mu.Lock()
	k.all = append(k.all, b)
	k.mu.Unlock()
	return k.Conn.Write(b)
}

// TestRStrangerPictureOverTheLine: a line with a picture, and every other one, is overwritten in
// memory once it was sent.
func TestRStrangerPictureOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	here, there := net.Pipe()
	line := &kept{Conn: there}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- rpc.New(b.Desk, rpc.Options{Line: "test"}).Serve(ctx, line) }()
	p := &peer{T: t, Conn: here, lines: bufio.NewScanner(here)}
	p.next() // hello
	p.logIn()
	p.put(`{"jsonrpc":"2.0","id":1,"method":"camera.aim"}` + "\n")
	b.Eventually("the eye aims", func() bool { return b.Eye.Mode() == eye.Aim })
	b.Eye.Pics <- grey(160, 99)
	p.picture()
	cancel()
	here.Close()
	there.Close()
	<-done
	if len(line.all) < 4 {
		t.Fatalf("%d lines", len(line.all))
	}
	for i, l := range line.all[1:] { // the first is the line end before hello
		if !bytes.Equal(l, make([]byte, len(l))) {
			t.Errorf("line %d of %d bytes is still in memory", i, len(l))
		}
	}
}
