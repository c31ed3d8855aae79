package osdptest

import "menshen/hal/osdp"

// Files is how a reader takes files.
type Files struct {
	Receives int            // bytes of a frame, as its abilities tell; 0: they do not
	Says     osdp.FileState // to each part, but for the status

	// Part answers a part in its own way, and nil as usual.
	Part func(osdp.FilePart) osdp.Reply

	Got    []byte // of the file on its way
	Whole  [][]byte
	Type   byte // of the last part
	Parts  int
	Most   int // bytes of the largest part
	Aborts int
}

// take takes a part, which must follow the one before.
func (f *Files) take(p osdp.FilePart) osdp.Reply {
	if f == nil {
		return osdp.Nak{Reason: osdp.NakCommand}
	}
	f.Parts, f.Type = f.Parts+1, p.Type
	if f.Part != nil {
		if a := f.Part(p); a != nil {
			return a
		}
	}
	says := f.Says
	if p.Offset != uint32(len(f.Got)) {
		says.Status = -3
		return says
	}
	f.Got, f.Most = append(f.Got, p.Data...), max(f.Most, len(p.Data))
	if len(f.Got) == int(p.Size) {
		f.Whole, f.Got = append(f.Whole, f.Got), nil
		says.Status = 1
	}
	return says
}

func (f *Files) abort() osdp.Reply {
	if f == nil {
		return osdp.Nak{Reason: osdp.NakCommand}
	}
	f.Aborts, f.Got = f.Aborts+1, nil
	return osdp.Ack{}
}
