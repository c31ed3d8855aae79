package store

import (
	"crypto/ed25519"
	"encoding/binary"

	"menshen/store/seal"
)

// ring is the set of keys in force: the header, and the keys derived from the root key.
//
//	root ─ epoch ┬ seal    records of the unit, and each person's own keys
//	             ├ sum     the hash over the live records
//	             └ index   second hash of credentials
//
// A new epoch has a new root key. The old one is forgotten, and what was sealed
// under it cannot be read again.
type ring struct {
	header
	root, seal, sum, index seal.Key
	secrets                secrets
	hasPassphrase          bool     // there is a passphrase for the faces
	faces                  seal.Key // the face root; zero while faces are locked
	members                opened   // doors of the site
	model                  string   // as of [Vault.UseModel]
}

func newRing(h header, root seal.Key) *ring {
	h.KeyID = root.ID()
	r := &ring{header: h, root: root}
	context := binary.BigEndian.AppendUint64(h.Unit[:], h.Epoch)
	epoch := root.Derive("epoch", context...)
	defer epoch.Wipe()
	r.seal, r.sum, r.index = epoch.Derive("seal"), epoch.Derive("sum"), epoch.Derive("index")
	return r
}

// next makes the ring of the following epoch, in a layout.
func (r *ring) next(root seal.Key, layout uint64) *ring {
	h := r.header
	h.Epoch++
	h.Schema = layout
	n := newRing(h, root)
	n.secrets, n.hasPassphrase, n.faces, n.model = r.secrets, r.hasPassphrase, r.faces, r.model
	return n
}

func (r *ring) sign() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(r.secrets.Sign[:]) }

func (r *ring) public() ed25519.PublicKey { return r.sign().Public().(ed25519.PublicKey) }

func (r *ring) wipe() {
	for _, k := range []*seal.Key{&r.root, &r.seal, &r.sum, &r.index, &r.secrets.Lookup, &r.faces} {
		k.Wipe()
	}
	clear(r.secrets.Sign[:])
}

// personKeys are the keys of one person. When a key is destroyed, what it
// sealed cannot be read again.
type personKeys struct {
	Own     seal.Key `cbor:"own"`               // their record, and their part of the audit log
	Face    seal.Key `cbor:"face,omitempty"`    // their templates; zero: none, or under the passphrase
	FaceBox []byte   `cbor:"facebox,omitempty"` // the same, sealed under the face root
}

func (k *personKeys) data() *seal.Key  { d := k.Own.Derive("data"); return &d }
func (k *personKeys) audit() *seal.Key { d := k.Own.Derive("audit"); return &d }
