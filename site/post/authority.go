package post

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Authority is the site's own small certificate authority, made at set-up. It vouches for one hub
// and for each door's courier, and nobody else trusts it.
type Authority struct {
	cert *x509.Certificate
	key  ed25519.PrivateKey
}

// Role is what a certificate may be used for: nobody can be both.
type Role x509.ExtKeyUsage

// Roles.
const (
	HubRole     = Role(x509.ExtKeyUsageServerAuth)
	CourierRole = Role(x509.ExtKeyUsageClientAuth)
)

// forever is the end of certificates that have none (RFC 5280, 4.1.2.5).
var forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// Pair is a certificate with its key.
type Pair struct {
	Cert []byte // DER
	Key  ed25519.PrivateKey
}

// NewAuthority makes one.
func NewAuthority(site ID) (Authority, error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Authority{}, fmt.Errorf("making the site's authority: %w", err)
	}
	of := template("site " + site.String())
	of.IsCA, of.BasicConstraintsValid, of.MaxPathLenZero = true, true, true
	of.KeyUsage = x509.KeyUsageCertSign
	raw, err := x509.CreateCertificate(rand.Reader, of, of, pub, key)
	if err != nil {
		return Authority{}, fmt.Errorf("making the site's authority: %w", err)
	}
	cert, err := x509.ParseCertificate(raw)
	return Authority{cert, key}, err
}

func template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: forever}
}

// Issue makes a key and vouches for it.
func (a Authority) Issue(name string, role Role) (Pair, error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("making a certificate: %w", err)
	}
	of := template(name)
	of.KeyUsage, of.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsage(role)}
	raw, err := x509.CreateCertificate(rand.Reader, of, a.cert, pub, a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("making a certificate: %w", err)
	}
	return Pair{raw, key}, nil
}

// Cert is the authority's certificate, which all of the site are told (DER).
func (a Authority) Cert() []byte { return a.cert.Raw }

// PEM is the authority with its key, for its own file.
func (a Authority) PEM() []byte { return Pair{a.cert.Raw, a.key}.PEM() }

// ParseAuthority reads what PEM wrote.
func ParseAuthority(raw []byte) (Authority, error) {
	p, err := ParsePair(raw)
	if err != nil {
		return Authority{}, err
	}
	cert, err := x509.ParseCertificate(p.Cert)
	if err != nil {
		return Authority{}, fmt.Errorf("reading the site's authority: %w", err)
	}
	return Authority{cert, p.Key}, nil
}

const certBlock, keyBlock = "CERTIFICATE", "PRIVATE KEY"

// PEM is a certificate and its key, as a file.
func (p Pair) PEM() []byte {
	key, err := x509.MarshalPKCS8PrivateKey(p.Key)
	if err != nil {
		panic(err) // an Ed25519 key always can be
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: p.Cert}),
		pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: key})...)
}

// ParsePair reads what PEM wrote.
func ParsePair(raw []byte) (Pair, error) {
	var p Pair
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case certBlock:
			p.Cert = block.Bytes
		case keyBlock:
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return Pair{}, errors.New("a private key cannot be read")
			}
			p.Key, _ = key.(ed25519.PrivateKey)
		}
	}
	if p.Cert == nil || p.Key == nil {
		return Pair{}, errors.New("there is not a certificate with an Ed25519 key in it")
	}
	return p, nil
}

// TLS is how one end of a line proves itself with own, and finds out that the other has a
// certificate of the site's authority (DER) for the given role: TLS 1.3, both ways.
//
// Neither end looks at dates or at names. A unit's clock may be years off, and a door that took
// the hub for expired would hear of no withdrawal; what a date would end is ended by striking a
// door off the hub's list, or by a new authority. An address may change; there is one hub, and its
// role says that it is the hub.
func TLS(own Pair, authority []byte, other Role) (*tls.Config, error) {
	ca, err := x509.ParseCertificate(authority)
	if err != nil {
		return nil, fmt.Errorf("reading the site's authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{{Certificate: [][]byte{own.Cert}, PrivateKey: own.Key}},
		ClientAuth:             tls.RequireAnyClientCert, // VerifyConnection then verifies it
		InsecureSkipVerify:     true,                     // likewise
		SessionTicketsDisabled: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) != 1 {
				return errors.New("the other end has not one certificate")
			}
			cert := s.PeerCertificates[0]
			_, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: cert.NotBefore,
				KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsage(other)}})
			if err != nil {
				return fmt.Errorf("the other end is not of this site: %w", err)
			}
			return nil
		},
	}, nil
}
