package paint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// Fonts are the two weights that everything is written in. They are read from their files as
// glyphs are needed: the collections of Noto Sans CJK are 20 MB each.
type Fonts struct {
	bold, regular *opentype.Font
	files         []io.Closer

	// Missing says why Chinese cannot be written; nil: it can. Then the fonts are those of Go,
	// which are part of the program.
	Missing error
}

// The files of Debian's fonts-noto-cjk, and of the subset on the card of a unit (scripts/image).
var (
	folders = []string{"/usr/share/menshen/fonts", "/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk",
		"/usr/local/share/fonts"}
	boldFiles    = []string{"NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf"}
	regularFiles = []string{"NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf"}
)

// family is the one of a collection whose Chinese is that of the mainland.
const family = "Noto Sans CJK SC"

// FontFiles gives the files of both weights: in the folder, or where it is empty in the usual ones.
func FontFiles(folder string) (bold, regular string, err error) {
	where := folders
	if folder != "" {
		where = []string{folder}
	}
	if bold, err = search(where, boldFiles); err == nil {
		regular, err = search(where, regularFiles)
	}
	return bold, regular, err
}

func search(folders, names []string) (string, error) {
	for _, dir := range folders {
		for _, name := range names {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("no font %s in %v: install fonts-noto-cjk, or name its folder in [display] fonts",
		names[0], folders)
}

// OpenFonts opens the fonts of a folder, or of the usual ones where it is empty. It always gives
// fonts: see [Fonts.Missing].
func OpenFonts(folder string) *Fonts {
	f := &Fonts{}
	bold, regular, err := FontFiles(folder)
	if err == nil {
		f.bold, err = f.open(bold)
	}
	if err == nil {
		f.regular, err = f.open(regular)
	}
	if err != nil {
		f.Close()
		f.Missing = err
		f.bold, f.regular = mustParse(gobold.TTF), mustParse(goregular.TTF)
	}
	return f
}

// open opens a font or, of a collection, the font of the family.
func (f *Fonts) open(path string) (*opentype.Font, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f.files = append(f.files, file)
	all, err := opentype.ParseCollectionReaderAt(file)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", path, err)
	}
	var b sfnt.Buffer
	for i := range all.NumFonts() {
		one, err := all.Font(i)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", path, err)
		}
		if name, err := one.Name(&b, sfnt.NameIDFamily); all.NumFonts() == 1 || err == nil && name == family {
			return one, nil
		}
		if name, err := one.Name(&b, sfnt.NameIDTypographicFamily); err == nil && name == family {
			return one, nil
		}
	}
	return nil, fmt.Errorf("font %s: %s is not in it", path, family)
}

// Close closes the files.
func (f *Fonts) Close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	f.files = nil
	return errors.Join(errs...)
}

func mustParse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
}

// newFace gives a font at a size of pixels an em. The error is that of a broken file.
func newFace(f *opentype.Font, px int) (font.Face, error) {
	return opentype.NewFace(f, &opentype.FaceOptions{Size: float64(px), DPI: 72, Hinting: font.HintingNone})
}
