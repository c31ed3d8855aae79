package v4l2

import (
	"encoding/binary"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fake answers as the kernel does for a camera.
type fake struct {
	driver   string
	can      uint32
	formats  []string
	largest  map[string][2]int // size of a format; 640×480 where it is not named
	controls map[uint32]int32
	rates    map[string][]uint32 // frames a second of a format
	gap      int                 // bytes behind each row of YUYV
	planes   map[string]int      // of a format; 1 where it is not named
	begin    int                 // bytes before a frame in a plane
	fails    map[uintptr]error

	memory   [][]byte
	queued   []int
	filled   []argument
	sequence uint32
	clock    time.Duration
	waiting  func() // what happens while the reader waits
	log      []uintptr
	left     int // bytes that were not overwritten when a buffer was given back or unmapped
	closed   bool
}

func (k *fake) ioctl(request uintptr, a argument) error {
	k.log = append(k.log, request)
	if err := k.fails[request]; err != nil {
		return err
	}
	switch request {
	case setControl:
		if k.controls == nil {
			k.controls = map[uint32]int32{}
		}
		k.controls[a.get(0)] = int32(a.get(4))
	case queryCap:
		copy(a, k.driver)
		copy(a[16:], "a card")
		a.put(capDevice, k.can)
	case enumFmt:
		i, kind := int(a.get(0)), a.get(4)
		if i >= len(k.formats) || kind == capture && k.can&canCapture == 0 {
			return unix.EINVAL
		}
		copy(a[44:], k.formats[i])
	case tryFmt, setFmt:
		size, named := k.largest[string(a[pixFormat:pixFormat+4])]
		if !named {
			size = [2]int{640, 480}
		}
		width := min(int(a.get(pixWidth)), size[0])
		a.put(pixWidth, uint32(width))
		a.put(pixHeight, min(a.get(pixHeight), uint32(size[1])))
		if a.get(0) == capturePlanes {
			a.put(pixPlaneStride, uint32(2*width+k.gap))
			a[pixPlanes] = byte(max(1, k.planes[string(a[pixFormat:pixFormat+4])]))
		} else {
			a.put(pixStride, uint32(2*width+k.gap))
		}
	case enumIntervals:
		rates := k.rates[string(a[intervalFormat:intervalFormat+4])]
		if int(a.get(0)) >= len(rates) {
			return unix.EINVAL
		}
		a.put(intervalType, discrete)
		a.put(intervalLeast, 1)
		a.put(intervalLeast+4, rates[a.get(0)])
	case setParm:
		return unix.ENOTTY // many drivers have one rate
	case requestBufs:
		for range a.get(0) {
			k.memory = append(k.memory, make([]byte, 64))
		}
	case queryBuf:
		at, length := bufOffset, bufLength
		if a.get(bufKind) == capturePlanes {
			at, length = planeOffset, planeLength
		}
		a.put(at, a.get(0)*4096)
		a.put(length, 64)
	case queueBuf:
		i := int(a.get(0))
		k.left += len(k.memory[i]) - zeros(k.memory[i])
		k.queued = append(k.queued, i)
	case dequeueBuf:
		if len(k.filled) == 0 {
			return unix.EAGAIN
		}
		copy(a, k.filled[0])
		k.filled = k.filled[1:]
	case streamOn, streamOff:
	default:
		return unix.ENOTTY
	}
	return nil
}

func zeros(b []byte) (n int) {
	for _, v := range b {
		if v == 0 {
			n++
		}
	}
	return n
}

// shoot is a frame, all of one value. Where no buffer is free, it is lost.
func (k *fake) shoot(value byte, used int, flags uint32) {
	k.sequence++
	if len(k.queued) == 0 {
		return
	}
	i := k.queued[0]
	k.queued = k.queued[1:]
	for at := range min(used, len(k.memory[i])) {
		k.memory[i][at] = value
	}
	a := make(argument, bufSize+planeSize)
	a.put(0, uint32(i))
	a.put(bufUsed, uint32(used))
	a.put(planeUsed, uint32(used))
	a.put(planeDataBegin, uint32(k.begin))
	a.put(bufFlags, flags)
	a.put(bufSequence, k.sequence)
	binary.NativeEndian.PutUint64(a[bufStamp:], uint64(k.clock/time.Second))
	binary.NativeEndian.PutUint64(a[bufStamp+8:], uint64(k.clock%time.Second/time.Microsecond))
	k.filled = append(k.filled, a)
}

func (k *fake) mapping(offset int64, length int) ([]byte, error) {
	return k.memory[offset/4096][:length], nil
}

func (k *fake) unmap(b []byte) error {
	k.left += len(b) - zeros(b)
	return nil
}

func (k *fake) wait(d time.Duration) error {
	k.clock += d
	if k.waiting != nil {
		k.waiting()
	}
	return nil
}

func (k *fake) now() time.Duration { return k.clock }
func (k *fake) close() error       { k.closed = true; return nil }

// usb is a USB camera.
func usb(formats ...string) *fake {
	return &fake{driver: "uvcvideo", can: canCapture | canStream, formats: formats, clock: time.Hour,
		fails: map[uintptr]error{}}
}

var known = []string{"YUYV", "NV12", "MJPG", "GREY"}

func opened(t *testing.T, k *fake) *Reader {
	t.Helper()
	r, err := open(k, known, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func (k *fake) count(request uintptr) (n int) {
	for _, r := range k.log {
		if r == request {
			n++
		}
	}
	return n
}
