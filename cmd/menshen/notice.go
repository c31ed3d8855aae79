package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/internal/safefile"
)

func noticeVerb() *cobra.Command {
	var path, out string
	var lang i18n.Language
	var sign, commitment bool
	c := &cobra.Command{
		Use:   "notice",
		Short: "write the notice, the sign at the camera or the staff's commitment as a page to print",
		Long: `Writes one HTML page with the site's own facts from the configuration, which any
browser shows and prints on A4. The notice is, word for word, the text that the unit keeps and
people consent to, and bears its hash. The sign is in both languages.`,
		Example: `  menshen notice --lang zh --out notice.html
  menshen notice --sign --out sign.html
  menshen notice --commitment --lang en --out commitment.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.Load(path)
			if err != nil {
				return err
			}
			page, err := paperOf(conf, lang, sign, commitment)
			if err != nil {
				return err
			}
			return writePage(c, out, page)
		},
	}
	c.Flags().StringVar(&path, "config", "/etc/menshen/door.toml", "the unit's configuration")
	langFlag(c.Flags(), &lang, catalogue.In("zh"))
	c.Flags().BoolVar(&sign, "sign", false, "the sign at the camera")
	c.Flags().BoolVar(&commitment, "commitment", false, "the staff's confidentiality commitment, to be signed by hand")
	c.Flags().StringVar(&out, "out", "", "the file to write; - is standard output")
	c.MarkFlagsMutuallyExclusive("sign", "commitment")
	c.MarkFlagsMutuallyExclusive("sign", "lang")
	_ = c.MarkFlagRequired("out")
	return c
}

func paperOf(conf *config.Config, lang i18n.Language, sign, commitment bool) (string, error) {
	facts := compliance.NoticeFacts(conf)
	switch {
	case commitment:
		return notice.CommitmentPage(lang, facts)
	case !conf.Faces.Enabled:
		return "", errors.New("this door uses no faces: it needs neither notice nor sign ([faces] enabled = false)")
	case sign:
		return notice.Sign(facts)
	}
	return notice.Page(lang, facts)
}

// writePage writes a page whole or not at all.
func writePage(c *cobra.Command, out, page string) error {
	if out == "-" {
		_, err := io.WriteString(c.OutOrStdout(), page)
		return err
	}
	err := safefile.Fill(out, func(w io.Writer) error {
		_, err := io.WriteString(w, page)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	fmt.Fprintf(c.OutOrStdout(), "written to %s: open it in a browser, and print it on A4\n", out)
	return nil
}
