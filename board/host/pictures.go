package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// magic has how files of pictures and films begin.
var magic = []struct {
	at    int
	bytes string
}{
	{0, "\xff\xd8\xff"},            // JPEG
	{0, "\x89PNG\r\n\x1a\n"},       // PNG
	{0, "GIF8"},                    // GIF
	{0, "II*\x00"}, {0, "MM\x00*"}, // TIFF, and most cameras' own formats
	{8, "WEBP"}, {8, "AVI "}, // RIFF
	{4, "ftyp"},                     // MP4, MOV, HEIC, AVIF
	{0, "\x1aE\xdf\xa3"},            // Matroska, WebM
	{0, "\xff\x0a"},                 // JPEG XL
	{0, "\x00\x00\x00\x0cJXL "},     // the same, boxed
	{0, "\x00\x00\x00\x0cjP  \r\n"}, // JPEG 2000
	{0, "\x00\x00\x01\xba"},         // MPEG
	{0, "OggS"},
}

// isPicture judges by the first bytes of a file.
func isPicture(begin []byte) bool {
	for _, m := range magic {
		if len(begin) >= m.at+len(m.bytes) && string(begin[m.at:m.at+len(m.bytes)]) == m.bytes {
			return true
		}
	}
	return isBitmap(begin)
}

// isBitmap recognises BMP and the portable maps, whose first two bytes alone say too little.
func isBitmap(b []byte) bool {
	switch {
	case len(b) >= 18 && b[0] == 'B' && b[1] == 'M':
		return bytes.Equal(b[6:10], make([]byte, 4)) // reserved
	case len(b) >= 4 && b[0] == 'P' && b[1] >= '1' && b[1] <= '6':
		rest := bytes.TrimLeft(b[2:], " \t\r\n")
		return len(rest) < len(b)-2 && len(rest) > 0 && (rest[0] == '#' || rest[0] >= '0' && rest[0] <= '9')
	}
	return false
}

// Pictures counts the files of pictures and films in folders and below. A folder
// that does not exist has none.
func Pictures(folders ...string) (n int, err error) {
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // or gone meanwhile
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			begin, err := first(path, 32)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if isPicture(begin) {
				n++
			}
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("looking for pictures: %w", err)
		}
	}
	return n, nil
}

func first(path string, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, n)
	m, err := io.ReadFull(f, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return b[:m], err
}
