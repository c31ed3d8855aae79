package update

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
)

// copyBlock is how much is copied at a time, and with [syncing] how much waits to be written.
const copyBlock = 1 << 20

// copySum copies, and gives the SHA-256 of what was copied, in hex, and its length. copied is told
// of each block, and may end the copying; nil: it is not asked.
func copySum(to io.Writer, from io.Reader, copied func(n int) error) (sum string, n int64, err error) {
	hash, block := sha256.New(), make([]byte, copyBlock)
	for {
		got, err := from.Read(block)
		hash.Write(block[:got])
		n += int64(got)
		if _, err := to.Write(block[:got]); err != nil {
			return "", n, err
		}
		if got > 0 && copied != nil {
			if err := copied(got); err != nil {
				return "", n, err
			}
		}
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(hash.Sum(nil)), n, nil
		}
		if err != nil {
			return "", n, err
		}
	}
}

// syncing writes each block down to the disk, so that progress is that of the disk.
type syncing struct{ *os.File }

func (s syncing) Write(block []byte) (n int, err error) {
	if n, err = s.File.Write(block); err == nil && n > 0 {
		err = s.File.Sync()
	}
	return n, err
}
