package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"menshen/board/papers"
	"menshen/store"
)

// drafts are papers begun and not filed, by operator and paper, in the unit's memory.
type drafts map[store.Actor]map[string][]byte

// Limits of drafts: those of one operator, and the size of one in bytes.
const (
	maxDrafts = 8
	maxDraft  = papers.MaxForm
)

// Draft gives what the operator wrote of a paper and did not file yet; nil: nothing.
func (d *Desk) Draft(_ context.Context, s Session, of string) ([]byte, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Clone(d.drafts[by][of]), nil
}

// KeepDraft keeps a draft until it is filed or the unit restarts; a nil one forgets it.
func (d *Desk) KeepDraft(_ context.Context, s Session, of string, body []byte) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	own := d.drafts[by]
	_, there := own[of]
	switch {
	case body == nil:
		delete(own, of)
		return nil
	case len(body) > maxDraft || !there && len(own) >= maxDrafts:
		return problem(errors.New(words(s.Lang, "there is no room for this draft", "草稿过多或过长")),
			words(s.Lang, "finish one of those that are begun, or write less", "请先完成已开始的，或缩短内容"))
	case own == nil:
		own = map[string][]byte{}
		d.drafts[by] = own
	}
	own[of] = bytes.Clone(body)
	return nil
}

// AssessmentForm reads a filled-in form from the unit's folder for what leaves and enters it. Only plain files of that folder are read.
func (d *Desk) AssessmentForm(_ context.Context, s Session, name string) (papers.Assessment, error) {
	if _, err := d.allow(s, KeepsPeople); err != nil {
		return papers.Assessment{}, err
	}
	dir := d.out.Dir
	if name == "." || name != filepath.Base(name) {
		return papers.Assessment{}, problem(errors.New(words(s.Lang, "that is not the name of a file alone", "这不是单独的文件名")),
			words(s.Lang, "put the file into "+dir+", and give its name without a folder", "请将文件放入 "+dir+"，只写文件名"))
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ELOOP) || errors.Is(err, fs.ErrPermission) {
			return papers.Assessment{}, problem(fmt.Errorf(words(s.Lang, "the form cannot be read: %w", "无法读取表格：%w"), err),
				words(s.Lang, "put it into "+dir+", readable for the unit", "请放入 "+dir+"，并使本机可读"))
		}
		return papers.Assessment{}, fmt.Errorf("reading the form: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return papers.Assessment{}, problem(errors.Join(errors.New(words(s.Lang, "that is not a file", "这不是文件")), err), words(s.Lang, "put the form into "+dir, "请将表格放入 "+dir))
	}
	a, err := papers.ParseForm(f, d.cfg.Site.Location())
	if errors.Is(err, papers.ErrForm) {
		err = problem(err, words(s.Lang, "'assess form' shows how it is laid out", "assess form 显示格式"))
	}
	return a, err
}
