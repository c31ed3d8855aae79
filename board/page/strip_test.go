package page

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStrip: comments and indents go, and nothing within a string, a template or a regular
// expression does.
func TestStrip(t *testing.T) {
	for in, want := range map[string]string{
		"// @ts-check\n// What it is.\n\nconst a = 1;  // one\n": "const a = 1;\n",
		"  if (a) {\n    b(/** @type {any} */ c);\n  }\n":        "if (a) {\nb( c);\n}\n",
		"/** A block,\n * of three\n * lines. */\nf();\n":        "f();\n",
		"a/* no space */b /* over\nlines */ c\n":                 "a b\nc\n",
		"const u = \"http://a/*b*/\" + '//c' + \"\\\"//\";\n":    "const u = \"http://a/*b*/\" + '//c' + \"\\\"//\";\n",
		"f(`\n   two\n   // ${g({a: `  /* in */ `})  /* out */ + 1}\n  end`);  // x\n": "f(`\n   two\n   // " +
			"${g({a: `  /* in */ `}) + 1}\n  end`);\n",
		"const r = /[/\"'`]\\/\\/[^\\]/*]/gu;  // r\n": "const r = /[/\"'`]\\/\\/[^\\]/*]/gu;\n",
		"x = (a + b) / 2 / c[0] / d; // \"\n":          "x = (a + b) / 2 / c[0] / d;\n",
		"return /\\s+/.test(门) // 门\n":                 "return /\\s+/.test(门)\n",
		"":                                             "",
	} {
		got, err := strip(in)
		if err != nil || got != want {
			t.Errorf("%q\n is %q, %v\nwant %q", in, got, err, want)
		}
		if again, err := strip(got); err != nil || again != got {
			t.Errorf("%q is stripped again, to %q, %v", got, again, err)
		}
	}
	for _, bad := range []string{"\"a\n\"", "`${a", "`a", "/* a", "f(/a\n)", "`${{}`"} {
		if got, err := strip(bad); err == nil {
			t.Errorf("%q has an end: %q", bad, got)
		}
	}
}

// stripped writes the modules of src into a folder as the page has them.
func stripped(t *testing.T, dir string) {
	t.Helper()
	names, err := fs.Glob(source, "*.js")
	if err != nil || len(names) < 50 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := strip(string(raw))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sameProgram has TypeScript read each module as it stands in src and as it is stripped, and write
// both in its own form without comments.
const sameProgram = `
import {readFileSync, readdirSync} from "node:fs";
import {createRequire} from "node:module";
const [typescript, src, stripped] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(typescript);
const options = {removeComments: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext};
const form = (file) => ts.transpile(readFileSync(file, "utf8"), options);
let n = 0;
for (const name of readdirSync(src).filter((n) => n.endsWith(".js"))) {
  n++;
  if (form(src + "/" + name) !== form(stripped + "/" + name)) console.log(name);
}
console.log(n > 50 ? "all read" : "few modules");
`

// TestStripKeepsThePrograms: to a parser that is not ours each module is the same program as
// before. TestNode runs them, and scripts/desk the whole page.
func TestStripKeepsThePrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("the same with and without the race detector")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	typescript, err := filepath.Abs("../../scripts/desk/node_modules/typescript")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(typescript); err != nil {
		t.Skip("the packages of scripts/desk are not installed: scripts/desk/setup.sh")
	}
	dir := t.TempDir()
	stripped(t, dir)
	script := filepath.Join(t.TempDir(), "same.mjs")
	if err := os.WriteFile(script, []byte(sameProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, script, typescript, "src", dir).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "all read" {
		t.Errorf("not the same programs, %v:\n%s", err, bytes.TrimSpace(out))
	}
}
