package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// carrier is where the package menshen-site puts its program.
const carrier = "usr/bin/menshen-site"

// Carrier reports whether the program is installed that carries sealed records between the doors of
// a site: beside the unit, it may open internet sockets. root is "/" but for tests.
func Carrier(root string) (bool, error) {
	_, err := os.Stat(filepath.Join(root, carrier))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, fmt.Errorf("looking for menshen-site: %w", err)
}
