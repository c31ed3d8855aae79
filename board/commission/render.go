package commission

import (
	"bytes"
	"crypto/ed25519"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

// Signer is what signs a report: a *store.Vault.
type Signer interface {
	Sign(purpose string, data []byte) []byte
	PublicKey() ed25519.PublicKey
}

var verdictWords = map[Verdict]Words{
	Passed:     {"passed", "通过"},
	PassedOpen: {"passed, with open points", "通过（有未检项）"},
	Failed:     {"FAILED", "未通过"},
	Skipped:    {"skipped", "跳过"},
	Absent:     {"not there", "无此项"},
	Open:       {"not finished", "未完成"},
}

// Words are the verdict for people.
func (v Verdict) Words() Words {
	if w, ok := verdictWords[v]; ok {
		return w
	}
	return Same(string(v))
}

// marks tell a verdict by shape, not by colour.
var marks = map[Verdict]string{Passed: "✓", PassedOpen: "✓", Failed: "✗", Skipped: "»", Absent: "–", Open: "○"}

func (v Verdict) Mark() string { return marks[v] }

// stamp is a time as a report shows it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format("2006-01-02 15:04:05 -07:00")
}

// head are the facts at the top of a report.
func (r *Report) head(key ed25519.PublicKey) []Value {
	var n [6]int
	order := []Verdict{Passed, Failed, Skipped, Absent, Open}
	for _, s := range r.Steps {
		for i, v := range order {
			if s.Verdict == v {
				n[i]++
			}
		}
	}
	count := Words{
		fmt.Sprintf("%d passed, %d failed, %d skipped, %d not at this door, %d open", n[0], n[1], n[2], n[3], n[4]),
		fmt.Sprintf("通过 %d，未通过 %d，跳过 %d，无此项 %d，未检 %d", n[0], n[1], n[2], n[3], n[4]),
	}
	lock := Words{"fail-secure: locked without current", "断电上锁"}
	if r.Lock == LockKind(true) {
		lock = Words{"fail-safe: open without current", "断电开锁"}
	}
	return []Value{
		{Name: Words{"Door", "门"}, Text: Same(r.Unit)},
		{Name: Words{"Place", "位置"}, Text: Same(r.Location)},
		{Name: Words{"Steps", "步骤"}, Text: count},
		{Name: Words{"Lock, as declared", "锁（声明）"}, Text: lock},
		{Name: Words{"Checked by", "检测人"}, Text: Same(r.Operator + ", " + r.Role)},
		{Name: Words{"Began", "开始"}, Text: Same(stamp(r.Began))},
		{Name: Words{"Ended", "结束"}, Text: Same(stamp(r.Ended))},
		{Name: Words{"Board", "主板"}, Text: Same(r.Board)},
		{Name: Words{"Software", "软件"}, Text: Same(r.Software)},
		{Name: Words{"Unit", "设备编号"}, Text: Same(r.UnitID)},
		{Name: Words{"Configuration, SHA-256", "配置 SHA-256"}, Text: Same(r.Config)},
		{Name: Words{"The unit's public key", "设备公钥"}, Text: Same(hex.EncodeToString(key))},
	}
}

// Notes are what a result says besides its figures.
func (r Result) Notes() []Words {
	var out []Words
	for _, n := range []struct{ name, text Words }{
		{Words{"", ""}, r.Why}, {Words{"What to do: ", "处理："}, r.Remedy}, {Words{"Remark: ", "备注："}, r.Remark},
	} {
		if !n.text.IsZero() {
			out = append(out, Words{n.name.En + n.text.En, n.name.Zh + n.text.Zh})
		}
	}
	return out
}

// Text is the report for a terminal or a plain printer, in one language, sealed.
func (r *Report) Text(lang string, by Signer) []byte {
	var b bytes.Buffer
	title := Words{"Commissioning report", "安装检测报告"}
	fmt.Fprintf(&b, "%s: %s\n\n", title.In(lang), strings.ToUpper(r.Verdict().Words().In(lang)))
	for _, f := range r.head(by.PublicKey()) {
		if !f.Text.IsZero() {
			fmt.Fprintf(&b, "%s: %s\n", f.Name.In(lang), f.Text.In(lang))
		}
	}
	for i, s := range r.Steps {
		fmt.Fprintf(&b, "\n%2d. %s: %s\n", i+1, s.Title.In(lang), s.Verdict.Words().In(lang))
		if s.Verdict != Absent {
			fmt.Fprintf(&b, "    %s%s\n", Words{"Expected: ", "应为："}.In(lang), s.Expect.In(lang))
		}
		for _, n := range s.Notes() {
			fmt.Fprintf(&b, "    %s\n", n.In(lang))
		}
		for _, v := range s.Values {
			fmt.Fprintf(&b, "    %s: %s\n", v.Name.In(lang), v.Text.In(lang))
		}
		if s.Tries > 0 {
			fmt.Fprintf(&b, "    %s\n", Words{fmt.Sprintf("%s, try %d", stamp(s.At), s.Tries), fmt.Sprintf("%s，第 %d 次", stamp(s.At), s.Tries)}.In(lang))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", howToVerify.In(lang))
	return seal(b.Bytes(), false, by.Sign)
}

var howToVerify = Words{
	"The last line is the unit's signature over everything above it. On any machine: menshen check verify FILE --key KEY, with the key that 'menshen audit key' prints at the unit.",
	"最后一行是设备对以上全部内容的签名。可在任意电脑上验证：menshen check verify 文件 --key 公钥（公钥由设备上的 menshen audit key 给出）。",
}

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"mark": Verdict.Mark, "words": Verdict.Words, "stamp": stamp, "notes": Result.Notes,
	"class": func(v Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
	"next":  func(i int) int { return i + 1 },
}).Parse(pageText))

// HTML is the report as one page in both languages that needs nothing beside it, with itself inside for programs, sealed.
func (r *Report) HTML(by Signer) ([]byte, error) {
	raw, err := r.Encode()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	var toDo []Result
	for _, s := range r.Steps {
		if s.Verdict == Failed || s.Verdict == Skipped || s.Verdict == Open && !r.Ended.IsZero() {
			toDo = append(toDo, s)
		}
	}
	err = page.Execute(&b, struct {
		*Report
		ToDo   []Result // failures and open points, first
		Head   []Value
		Verify Words
		JSON   template.JS // json.Marshal leaves no < in it
	}{r, toDo, r.head(by.PublicKey()), howToVerify, template.JS(raw)})
	if err != nil {
		return nil, fmt.Errorf("writing the report's page: %w", err)
	}
	return seal(bytes.TrimRight(b.Bytes(), "\n"), true, by.Sign), nil
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	raw, err := r.Encode()
	if err != nil {
		return err
	}
	_, err = w.Write(append(raw, '\n'))
	return err
}
