package rpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path/filepath"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// fileMethods carry files over the line, in both directions.
var fileMethods = map[string]handler{
	"file.list": method(listFiles),
	"file.read": method(readFile),
	"file.put":  method(putFile),
}

// chunk is how many bytes of a file one answer has: in base64 they fit into a line.
const chunk = 16 << 10

// maxUpload is how large a file may be that comes in.
const maxUpload = 8 << 20

// file is a file of the unit's folder for what leaves it.
type file struct {
	Name string `json:"name"`
	Size int64  `json:"size,omitempty"`
	At   string `json:"at,omitempty"`
}

// fileAt is the file of a path, as the desk gives it.
func fileAt(path string) file { return file{Name: filepath.Base(path)} }

func listFiles(ctx context.Context, c *call, _ nothing) ([]file, error) {
	all, err := c.desk.OutFiles(ctx, c.who)
	out := []file{}
	for _, f := range all {
		out = append(out, file{f.Name, f.Size, c.time(f.At)})
	}
	return out, err
}

// given is the file that a peer takes, piece by piece.
type given struct {
	io.ReaderAt
	io.Closer
	name   string
	size   int64
	sha256 string
	made   bool // for this peer alone: it is no file of the folder
	press  *gzip.Writer
}

func (g *given) close() {
	if g != nil {
		g.Close()
	}
}

// inMemory is a file that was made for a peer.
type inMemory struct {
	*bytes.Reader
	data []byte
}

func (f inMemory) Close() error { clear(f.data); return nil }

// give lets the peer take bytes as a file, until it takes another one or the visit ends.
func (c *call) give(name string, data []byte) file {
	sum := sha256.Sum256(data)
	f := inMemory{bytes.NewReader(data), data}
	c.files.Lock()
	defer c.files.Unlock()
	c.given.close()
	c.given = &given{ReaderAt: f, Closer: f, name: name, size: int64(len(data)), sha256: hex.EncodeToString(sum[:]),
		made: true}
	return file{Name: name, Size: int64(len(data))}
}

type readParams struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"`
	Packed bool   `json:"packed"` // the peer reads gzip
}

type piece struct {
	Data   []byte `json:"data"` // base64
	Packed bool   `json:"packed,omitempty"`
	Size   int64  `json:"size"` // of the whole file, not packed
	End    bool   `json:"end"`
	SHA256 string `json:"sha256"` // of the whole file, in hex
}

// readFile gives a piece of a file. That the file leaves is recorded at offset 0, or was when it
// was made.
func readFile(ctx context.Context, c *call, p readParams) (piece, error) {
	c.files.Lock()
	defer c.files.Unlock()
	if p.Offset == 0 && (c.given == nil || !c.given.made || c.given.name != p.Name) {
		taken, err := c.desk.TakeFile(ctx, c.who, p.Name)
		if err != nil {
			return piece{}, err
		}
		c.given.close()
		c.given = &given{ReaderAt: taken, Closer: taken, name: p.Name, size: taken.Size, sha256: taken.SHA256}
	}
	g := c.given
	if g == nil || g.name != p.Name || p.Offset < 0 || p.Offset > g.size {
		return piece{}, badParams("read a file from offset 0 on, one at a time")
	}
	data := make([]byte, min(chunk, g.size-p.Offset))
	if _, err := g.ReadAt(data, p.Offset); err != nil && !errors.Is(err, io.EOF) {
		return piece{}, err
	}
	out := piece{Data: data, Size: g.size, End: p.Offset+int64(len(data)) == g.size, SHA256: g.sha256}
	if p.Packed {
		out.Data, out.Packed = g.pack(data)
	}
	return out, nil
}

// pack gives a piece as gzip, where that is shorter.
func (g *given) pack(data []byte) (_ []byte, packed bool) {
	var out bytes.Buffer
	if g.press == nil {
		g.press = gzip.NewWriter(&out)
	} else {
		g.press.Reset(&out)
	}
	if _, err := g.press.Write(data); err != nil || g.press.Close() != nil || out.Len() >= len(data) {
		return data, false
	}
	return out.Bytes(), true
}

// unpack reads a piece of gzip, which has at most chunk bytes.
func unpack(packed []byte) ([]byte, error) {
	bad := badParams("a packed piece is gzip of at most 16 KiB")
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, bad
	}
	data, err := io.ReadAll(io.LimitReader(z, chunk+1))
	if err != nil || len(data) > chunk {
		return nil, bad
	}
	return data, nil
}

// upload is the file that a peer brought. It lies in memory only.
type upload struct {
	data []byte
	sum  hash.Hash // of data
}

// mustKeepPeople refuses who may not keep people, where the desk would be asked too late.
func (c *call) mustKeepPeople() error {
	if !desk.KeepsPeople.Of(c.who.Role) {
		return desk.ErrNotAllowed
	}
	return nil
}

type putParams struct {
	Offset int64  `json:"offset"` // 0 begins anew
	Data   []byte `json:"data"`   // base64
	Packed bool   `json:"packed"` // data is gzip
}

type put struct {
	Size   int64  `json:"size"` // so far
	SHA256 string `json:"sha256"`
}

// putFile takes a piece of a file, for a method that reads one: all of those are for who keeps
// people, so nobody else may fill the memory.
func putFile(_ context.Context, c *call, p putParams) (put, error) {
	if err := c.mustKeepPeople(); err != nil {
		return put{}, err
	}
	if p.Packed {
		var err error
		if p.Data, err = unpack(p.Data); err != nil {
			return put{}, err
		}
	}
	c.files.Lock()
	defer c.files.Unlock()
	u := &c.taken
	if p.Offset == 0 {
		clear(u.data)
		u.data, u.sum = u.data[:0], sha256.New()
	}
	switch {
	case u.sum == nil || p.Offset != int64(len(u.data)):
		return put{}, badParams("pieces follow each other, from offset 0 on")
	case len(u.data)+len(p.Data) > maxUpload:
		return put{}, i18n.Problem(i18n.E("rpc.file-too-large", "this file is too large"),
			i18n.M("rpc.file-limit", "at most %d MB are taken", maxUpload>>20))
	}
	u.data = append(u.data, p.Data...)
	u.sum.Write(p.Data)
	return put{int64(len(u.data)), hex.EncodeToString(u.sum.Sum(nil))}, nil
}

// brought gives the file that the peer brought, which is not kept any longer: who reads it clears
// it.
func (c *call) brought() ([]byte, error) {
	c.files.Lock()
	defer c.files.Unlock()
	data := c.taken.data
	c.taken = upload{}
	if len(data) == 0 {
		return nil, errNoFile
	}
	return data, nil
}

var errNoFile = i18n.Problem(i18n.E("rpc.no-file", "there is no file to read"),
	i18n.M("rpc.put-first", "bring it with file.put first"))
