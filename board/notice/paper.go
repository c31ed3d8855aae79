package notice

import (
	"strings"

	"menshen/internal/screen"
)

// paper is a text taken apart, so that it can be set as a page without changing a word. Its text is
// laid out as one would type it:
//
//	THE TITLE
//
//	A paragraph, which may go on
//	over several lines.
//
//	A label     and what stands beside it, two spaces or more apart,
//	            which may go on indented.
//
//	  - an item of a list (or "  · ");
//	    which may go on indented as well.
type paper struct {
	Title  string
	Blocks []block
}

// block is one of a paragraph, a list of terms, and a list.
type block struct {
	Paragraph string
	Terms     []term
	Items     []string
}

// term is a label with what stands beside it.
type term struct{ Label, Words string }

// take reads a paper.
func take(text string) paper {
	var p paper
	var open *string // what an indented line goes on with
	fresh := true    // the line before was empty
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		words := strings.TrimLeft(line, " ")
		last := p.last()
		label, rest, isTerm := strings.Cut(line, "  ")
		item, isItem := cutBullet(line)
		switch {
		case words == "":
			fresh = true
			continue
		case p.Title == "":
			p.Title = words
		case isItem:
			if last.Items == nil || fresh {
				last = p.add()
			}
			last.Items = append(last.Items, item)
			open = &last.Items[len(last.Items)-1]
		case words != line && open != nil:
			*open = screen.Join(*open, words)
		case isTerm && words == line:
			if last.Terms == nil || fresh {
				last = p.add()
			}
			last.Terms = append(last.Terms, term{label, strings.TrimLeft(rest, " ")})
			open = &last.Terms[len(last.Terms)-1].Words
		case last.Paragraph != "" && !fresh:
			last.Paragraph = screen.Join(last.Paragraph, words)
		default:
			last = p.add()
			last.Paragraph, open = words, nil
		}
		fresh = false
	}
	return p
}

func (p *paper) add() *block {
	p.Blocks = append(p.Blocks, block{})
	return p.last()
}

func (p *paper) last() *block {
	if len(p.Blocks) == 0 {
		return &block{}
	}
	return &p.Blocks[len(p.Blocks)-1]
}

func cutBullet(line string) (string, bool) {
	for _, bullet := range []string{"  - ", "  · "} {
		if item, ok := strings.CutPrefix(line, bullet); ok {
			return item, true
		}
	}
	return "", false
}
