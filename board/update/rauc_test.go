package update

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/board/slots"
)

// TestRaucItself: what RAUC says of a bundle, of one that another key signed, and of damaged ones.
// It needs RAUC, and squashfs-tools, with which RAUC makes bundles.
func TestRaucItself(t *testing.T) {
	for _, tool := range []string{"rauc", "mksquashfs"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs", tool)
		}
	}
	dir := t.TempDir()
	library, err := filepath.Abs("../../scripts/image/files/usr/lib/menshen")
	if err != nil {
		t.Fatal(err)
	}
	conf, err := os.ReadFile(filepath.Join(library, "rauc.conf"))
	if err != nil {
		t.Fatal(err)
	}
	kind := first(`(?m)^compatible=(\S+)$`, string(conf))
	key, cert := newKey(t, dir, "release key")
	otherKey, otherCert := newKey(t, dir, "another key")
	// The configuration of the image, with this test's keyring.
	ours := strings.ReplaceAll(string(conf), "/usr/lib/menshen/update.pem", cert)
	ours = strings.ReplaceAll(ours, "/state/", dir+"/")
	if err := os.WriteFile(filepath.Join(dir, "rauc.conf"), []byte(ours), 0o600); err != nil {
		t.Fatal(err)
	}
	s := System{Library: dir}

	good := bundle(t, dir, key, cert, kind, "1.4.0", "1.4.0")
	b, err := s.Inspect(t.Context(), good)
	if err != nil || b.Version != "1.4.0" || b.Signer != "O = Menshen, CN = release key" {
		t.Errorf("%+v, %v", b, err)
	}
	if raucKnowsMeta(t) && b.Layout != 4 {
		t.Errorf("the layout is %d", b.Layout)
	}
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(name string, change func([]byte) []byte) string {
		path := filepath.Join(dir, name+".raucb")
		if err := os.WriteFile(path, change(append([]byte{}, raw...)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		file string
		want slots.Refusal
	}{
		"another key":      {bundle(t, dir, otherKey, otherCert, kind, "1.4.0", "1.4.0"), NotSigned},
		"another kind":     {bundle(t, dir, key, cert, "toaster", "1.4.0", "1.4.0"), OtherKind},
		"damaged manifest": {damaged("manifest", func(b []byte) []byte { b[len(b)-600] ^= 1; return b }), NotSigned},
		"cut short":        {damaged("short", func(b []byte) []byte { return b[:len(b)/2] }), NotSigned},
		"not signed":       {damaged("unsigned", func(b []byte) []byte { clear(b[len(b)-8:]); return b }), NotSigned},
		"empty":            {damaged("empty", func([]byte) []byte { return nil }), NotSigned},
	} {
		if b, err := s.Inspect(t.Context(), c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, b, err)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
	if raucKnowsMeta(t) {
		two := bundle(t, dir, key, cert, kind, "1.4.0", "1.5.0")
		if b, err := s.Inspect(t.Context(), two); !errors.Is(err, NotSigned) {
			t.Errorf("two versions: %+v, %v", b, err)
		}
	}
}

// raucKnowsMeta reports whether this RAUC shows sections of our own: 1.8 of Debian 12 does not.
func raucKnowsMeta(t *testing.T) bool {
	out, err := exec.Command("rauc", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return slots.Version(strings.TrimPrefix(strings.TrimSpace(string(out)), "rauc ")).Compare("1.11") >= 0
}

// newKey makes a key and its own certificate, as files.
func newKey(t *testing.T, dir, name string) (key, cert string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		Subject:   pkix.Name{Organization: []string{"Menshen"}, CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{name + ".key": {Type: "PRIVATE KEY", Bytes: private},
		name + ".pem": {Type: "CERTIFICATE", Bytes: der}} {
		if err := os.WriteFile(filepath.Join(dir, path), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name+".key"), filepath.Join(dir, name+".pem")
}

// bundle makes a small one, with a manifest as scripts/image/bundle.sh writes it.
func bundle(t *testing.T, dir, key, cert, kind, version, meta string) string {
	t.Helper()
	in, err := os.MkdirTemp(dir, "bundle")
	if err != nil {
		t.Fatal(err)
	}
	manifest := fmt.Sprintf("[update]\ncompatible=%s\nversion=%s\n[bundle]\nformat=verity\n"+
		"[image.boot]\nfilename=boot.img\n[image.root]\nfilename=root.img\n"+
		"[meta.menshen]\nversion=%s\nlayout=4\n", kind, version, meta)
	image := make([]byte, 64<<10)
	rand.Read(image)
	for name, content := range map[string][]byte{
		"manifest.raucm": []byte(manifest), "boot.img": image, "root.img": image} {
		if err := os.WriteFile(filepath.Join(in, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := in + ".raucb"
	made := exec.Command("rauc", "--key="+key, "--cert="+cert, "--keyring="+cert, "bundle", in, out)
	said, err := made.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return out
}
