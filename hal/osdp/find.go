package osdp

import (
	"context"
	"io"
	"time"
)

// Speeds are those that readers can be set to, the usual ones first.
var Speeds = []int{9600, 115200, 38400, 57600, 19200, 230400}

// Found is a reader that answered, at the address and speed that it is set to.
type Found struct {
	Address  byte
	Baud     int
	Identity Identity // as it says itself, in clear
	Damaged  bool     // its answer came damaged only: two readers at one address do that
}

// FindEachTakes is how long Find takes at most when it asks at each address.
const FindEachTakes = 3 * time.Minute

// Find looks which readers are on a line that nobody else uses, and at which speed. At each speed
// it asks all readers at once; where anything answers, it asks at each address: half a minute. With
// each it asks there in any case, and so finds readers that hear only their own address. tell hears
// each speed before it is tried. Errors: of open; of ctx.
func Find(ctx context.Context, open Source, each bool, tell func(baud int)) (all []Found, err error) {
	for _, baud := range Speeds {
		tell(baud)
		port, err := open(baud)
		if err != nil {
			return all, err
		}
		some, err := findAt(ctx, port, baud, each)
		port.Close()
		if all = append(all, some...); err != nil {
			return all, err
		}
	}
	return all, nil
}

func findAt(ctx context.Context, port io.ReadWriter, baud int, each bool) (all []Found, err error) {
	chunks, done := make(chan []byte), make(chan struct{})
	defer close(done)
	go receive(port, chunks, done)
	if _, heard, err := ask(ctx, port, chunks, Broadcast); err != nil || !heard && !each {
		return nil, err
	}
	for address := range byte(Broadcast) {
		f, heard, err := ask(ctx, port, chunks, address)
		switch found := (Found{Address: address, Baud: baud, Damaged: f == nil}); {
		case err != nil:
			return all, err
		case f != nil:
			if r, err := ParseReply(f.Payload); err == nil {
				found.Identity, _ = r.(Identity)
			}
			all = append(all, found)
		case heard:
			all = append(all, found)
		}
	}
	return all, nil
}

// ask asks who is at an address. heard: something came, and be it damaged.
func ask(ctx context.Context, port io.Writer, chunks <-chan []byte, address byte) (f *Frame, heard bool, err error) {
	b, err := Frame{Address: address, Payload: Encode(AskIdentity{})}.Append([]byte{mark})
	if err != nil {
		return nil, false, err
	}
	if _, err := port.Write(b); err != nil {
		return nil, false, err
	}
	var s Scanner
	late := time.After(replyWithin)
	for {
		select {
		case <-ctx.Done():
			return nil, heard, ctx.Err()
		case <-late:
			return nil, heard || s.Bad() > 0, nil
		case c := <-chunks:
			s.Feed(c)
			for f, ok := s.Next(); ok; f, ok = s.Next() {
				if f.Reply && (f.Address == address || address == Broadcast) { // else an echo, or late
					return &f, true, nil
				}
			}
			heard = heard || s.Pending()
		}
	}
}
