package keys

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"

	"menshen/store/seal"
)

// TPMIndex is the first of three NV indices used unless told otherwise; it lies in the range that
// the TCG's registry leaves to the owner. Two hold keys, the third counts.
const TPMIndex = 0x01800310

type tpm struct {
	path  string
	index uint32
}

// TPM gives a [Source] inside a TPM 2.0: the key is in an NV index of its own, and the TPM counts
// too (see [Counter]). path is a resource-managed device, /dev/tpmrm0, or the unix socket of a
// software TPM; index is the first of three free NV indices, 0 for TPMIndex. The owner hierarchy
// must have an empty password, as it has when new.
//
// The key is never on the disk: a stolen disk or an old copy of the vault cannot be read without
// the TPM, and a forgotten key is gone for good, even where flash keeps old blocks. The key is
// encrypted on the bus to the chip. Root on the running unit can read it. Commands: TCG TPM 2.0
// Library, part 3, section 31 (NV storage).
func TPM(path string, index uint32) Source {
	if index == 0 {
		index = TPMIndex
	}
	return tpm{path, index}
}

func (t tpm) String() string { return "TPM " + t.path }

// slot is the content of an index with a key.
type slot struct {
	index uint32
	seq   uint64 // the higher, the newer
	key   seal.Key
}

const slotSize = 8 + len(seal.Key{})

func (t tpm) Load(context.Context) ([]seal.Key, error) {
	var ks []seal.Key
	err := t.with(func(c *tpmConn) error {
		slots, err := c.slots(t.index)
		for _, s := range slots {
			ks = append(ks, s.key)
		}
		return err
	})
	if err == nil && len(ks) == 0 {
		err = ErrNone
	}
	return ks, t.wrap("load key", err)
}

func (t tpm) Stage(_ context.Context, next seal.Key) error {
	return t.wrap("stage key", t.with(func(c *tpmConn) error {
		slots, err := c.slots(t.index)
		if err != nil {
			return err
		}
		free, seq := t.index, uint64(1)
		if len(slots) == 2 { // the newer was never settled
			if err := c.undefine(slots[1].index); err != nil {
				return err
			}
		}
		if len(slots) > 0 {
			free, seq = t.index+(slots[0].index-t.index+1)%2, slots[0].seq+1
		}
		return c.write(free, append(binary.BigEndian.AppendUint64(nil, seq), next[:]...))
	}))
}

func (t tpm) Settle(_ context.Context, keep seal.Key) error {
	return t.wrap("settle key", t.with(func(c *tpmConn) error {
		slots, err := c.slots(t.index)
		if err != nil {
			return err
		}
		found := false
		for _, s := range slots {
			found = found || s.key == keep
		}
		if !found {
			return ErrUnknown
		}
		for _, s := range slots {
			if s.key != keep {
				if err := c.undefine(s.index); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

func (t tpm) Forget(context.Context) error {
	return t.wrap("forget keys", t.with(func(c *tpmConn) error {
		for i := range uint32(3) {
			if _, err := c.public(t.index + i); errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return err
			}
			if err := c.undefine(t.index + i); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (t tpm) Count(context.Context) (n uint64, err error) {
	err = t.with(func(c *tpmConn) error {
		b, err := c.read(t.index+2, 8)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, tpm2.TPMRCNVUninitialized):
			return nil // the latter: power was cut between making the counter and its first step
		case err == nil:
			n = binary.BigEndian.Uint64(b)
		}
		return err
	})
	return n, t.wrap("read counter", err)
}

func (t tpm) Advance(context.Context) error {
	return t.wrap("advance counter", t.with(func(c *tpmConn) error {
		if _, err := c.public(t.index + 2); errors.Is(err, fs.ErrNotExist) {
			if err := c.define(t.index+2, tpm2.TPMNTCounter, 8); err != nil {
				return err
			}
		}
		return c.increment(t.index + 2)
	}))
}

func (t tpm) wrap(what string, err error) error {
	if err == nil || errors.Is(err, ErrNone) || errors.Is(err, ErrUnknown) {
		return err
	}
	return fmt.Errorf("%s: %s: %w", t, what, err)
}

// tpmConn is one opened TPM with a storage key, to which the sessions that carry a key are salted.
type tpmConn struct {
	t   transport.TPM
	srk *tpm2.CreatePrimaryResponse
	pub *tpm2.TPMTPublic
}

func (t tpm) with(f func(*tpmConn) error) error {
	open := linuxtpm.Open
	if info, err := os.Stat(t.path); err == nil && info.Mode()&os.ModeSocket != 0 {
		open = linuxudstpm.Open
	}
	dev, err := open(t.path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer dev.Close()
	srk, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner,
		InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(dev)
	if err != nil {
		return fmt.Errorf("make the storage key: %w", err)
	}
	pub, err := srk.OutPublic.Contents()
	if err == nil {
		err = f(&tpmConn{dev, srk, pub})
	}
	_, flush := tpm2.FlushContext{FlushHandle: srk.ObjectHandle}.Execute(dev)
	return errors.Join(err, flush)
}

// hidden is a session in which the key travels encrypted, to the chip or from it.
func (c *tpmConn) hidden(way tpm2.AuthOption) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, 16, way, tpm2.Salted(c.srk.ObjectHandle, *c.pub))
}

var (
	toChip   = tpm2.AESEncryption(128, tpm2.EncryptIn)
	fromChip = tpm2.AESEncryption(128, tpm2.EncryptOut)
)

// bare is a session for commands that carry no secret.
func (c *tpmConn) bare() tpm2.Session { return tpm2.HMAC(tpm2.TPMAlgSHA256, 16) }

// slots reads the keys, the older first.
func (c *tpmConn) slots(index uint32) ([]slot, error) {
	var out []slot
	for i := range uint32(2) {
		b, err := c.read(index+i, uint16(slotSize))
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, tpm2.TPMRCNVUninitialized):
			continue // the latter: power was cut between making the index and writing it
		case err != nil:
			return nil, err
		}
		out = append(out, slot{index + i, binary.BigEndian.Uint64(b), seal.Key(b[8:])})
		clear(b)
	}
	if len(out) == 2 && out[0].seq > out[1].seq {
		out[0], out[1] = out[1], out[0]
	}
	return out, nil
}

// public gives the name of an index. [fs.ErrNotExist]: it is not defined.
func (c *tpmConn) public(index uint32) (tpm2.TPM2BName, error) {
	r, err := tpm2.NVReadPublic{NVIndex: tpm2.TPMHandle(index)}.Execute(c.t)
	if errors.Is(err, tpm2.TPMRCHandle) {
		return tpm2.TPM2BName{}, fs.ErrNotExist
	}
	if err != nil {
		return tpm2.TPM2BName{}, err
	}
	return r.NVName, nil
}

func (c *tpmConn) read(index uint32, n uint16) ([]byte, error) {
	name, err := c.public(index)
	if err != nil {
		return nil, err
	}
	r, err := tpm2.NVRead{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: c.hidden(fromChip)},
		NVIndex:    tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: name},
		Size:       n,
	}.Execute(c.t)
	if err != nil {
		return nil, err
	}
	if len(r.Data.Buffer) != int(n) {
		return nil, fmt.Errorf("NV index %#x holds something else", index)
	}
	return r.Data.Buffer, nil
}

// write makes an index and writes it. One that is defined, but was never written, is made again.
func (c *tpmConn) write(index uint32, data []byte) error {
	defer clear(data)
	if _, err := c.public(index); err == nil {
		if err := c.undefine(index); err != nil {
			return err
		}
	}
	if err := c.define(index, tpm2.TPMNTOrdinary, uint16(len(data))); err != nil {
		return err
	}
	name, err := c.public(index)
	if err != nil {
		return err
	}
	_, err = tpm2.NVWrite{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: c.hidden(toChip)},
		NVIndex:    tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: name},
		Data:       tpm2.TPM2BMaxNVBuffer{Buffer: data},
	}.Execute(c.t)
	return err
}

func (c *tpmConn) define(index uint32, kind tpm2.TPMNT, size uint16) error {
	_, err := tpm2.NVDefineSpace{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: c.bare()},
		PublicInfo: tpm2.New2B(tpm2.TPMSNVPublic{
			NVIndex:    tpm2.TPMHandle(index),
			NameAlg:    tpm2.TPMAlgSHA256,
			Attributes: tpm2.TPMANV{OwnerRead: true, OwnerWrite: true, NoDA: true, NT: kind},
			DataSize:   size,
		}),
	}.Execute(c.t)
	return err
}

func (c *tpmConn) undefine(index uint32) error {
	name, err := c.public(index)
	if err != nil {
		return err
	}
	_, err = tpm2.NVUndefineSpace{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: c.bare()},
		NVIndex:    tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: name},
	}.Execute(c.t)
	return err
}

func (c *tpmConn) increment(index uint32) error {
	name, err := c.public(index)
	if err != nil {
		return err
	}
	_, err = tpm2.NVIncrement{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: c.bare()},
		NVIndex:    tpm2.NamedHandle{Handle: tpm2.TPMHandle(index), Name: name},
	}.Execute(c.t)
	return err
}
