package keystest

import (
	"testing"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// Flush frees what a killed client left in a software TPM, as the kernel's resource
// manager does for a real one.
func Flush(t testing.TB, sock string) {
	t.Helper()
	dev, err := linuxudstpm.Open(sock)
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	for _, first := range []uint32{0x02000000, 0x03000000, 0x80000000} { // sessions loaded and saved, objects
		r, err := tpm2.GetCapability{Capability: tpm2.TPMCapHandles, Property: first, PropertyCount: 64}.Execute(dev)
		if err != nil {
			t.Fatal(err)
		}
		left, err := r.CapabilityData.Data.Handles()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range left.Handle {
			if _, err := (tpm2.FlushContext{FlushHandle: h}).Execute(dev); err != nil {
				t.Fatal(err)
			}
		}
	}
}
