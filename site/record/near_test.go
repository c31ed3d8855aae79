package record

import (
	"errors"
	"fmt"
	"testing"

	"filippo.io/age"
)

// sealedTo seals to n keys, and gives the identity of one of them.
func sealedTo(t testing.TB, n, place int) (sealed []byte, id *age.X25519Identity) {
	t.Helper()
	var to []age.Recipient
	for i := range n {
		one, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		if to = append(to, one.Recipient()); i == place {
			id = one
		}
	}
	sealed, err := Seal([]byte("told"), to...)
	if err != nil {
		t.Fatal(err)
	}
	return sealed, id
}

// TestNear: what is sealed opens at whatever place its key is expected, and is wherever it is; to
// others it stays closed.
func TestNear(t *testing.T) {
	for is := range 4 {
		sealed, id := sealedTo(t, 4, is)
		for expected := -2; expected < 7; expected++ {
			if plain, err := Unseal(sealed, Near(id, expected)); err != nil || string(plain) != "told" {
				t.Errorf("at %d, expected at %d: %q, %v", is, expected, plain, err)
			}
			if _, err := Unseal(sealed, Near(identity(t), expected)); !errors.Is(err, ErrNotOurs) {
				t.Errorf("another key, expected at %d: %v", expected, err)
			}
		}
	}
}

// BenchmarkOpen is what the door in the middle of many takes to open what all were told, with its
// place known and without.
func BenchmarkOpen(b *testing.B) {
	for _, doors := range []int{3, 20, 200} {
		sealed, id := sealedTo(b, doors, doors/2)
		for name, by := range map[string]age.Identity{"place": Near(id, doors/2), "search": id} {
			b.Run(fmt.Sprint(doors, "/", name), func(b *testing.B) {
				for b.Loop() {
					if _, err := Unseal(sealed, by); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
