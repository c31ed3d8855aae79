package page

import (
	"strings"
	"testing"
	"testing/fstest"
)

func modules(of map[string]string) fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range of {
		files[name+".js"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// TestLink: each module stands once, after what it imports, under the names that it is imported by.
func TestLink(t *testing.T) {
	got, err := link(modules(map[string]string{
		"main": "import {one, two as second} from \"./a.js\";\nimport {three} from \"./b.js\";\none(second, three);\n",
		"a":    "import {three} from \"./b.js\";\nexport function one() {}\nexport const two = three;\n",
		"b":    "export async function three() {}\nexport class Four {}\n",
	}), "main")
	if err != nil {
		t.Fatal(err)
	}
	want := `"use strict";
const m_b = (() => {
async function three() {}
class Four {}
return {three, Four};
})();
const m_a = (() => {
const {three} = m_b;
function one() {}
const two = three;
return {one, two};
})();
const m_main = (() => {
const {one, two: second} = m_a;
const {three} = m_b;
one(second, three);
return {};
})();
`
	if string(got) != want {
		t.Errorf("linked:\n%s\nwant:\n%s", got, want)
	}
}

// TestLinkErrors: what cannot be linked is named, and by whom it was wanted.
func TestLinkErrors(t *testing.T) {
	for want, of := range map[string]map[string]string{
		"main → lost":             {"main": "import {a} from \"./lost.js\";\n"},
		"b exports no a":          {"main": "import {a} from \"./b.js\";\n", "b": "const a = 1;\n"},
		"circle: main → b → main": {"main": "import {a} from \"./b.js\";\n", "b": "import {x} from \"./main.js\";\n"},
		"import * as b":           {"main": "import * as b from \"./b.js\";\n", "b": ""},
		"export default":          {"main": "export default 1;\n"},
		"export let":              {"main": "export let a = 1;\n"},
		"its text would end":      {"main": "const a = \"</Script>\";\n"},
		"export {a}":              {"main": "const a = 1;\nexport {a};\n"},
		"https://elsewhere/b.js":  {"main": "import {a} from \"https://elsewhere/b.js\";\n"},
	} {
		if _, err := link(modules(of), "main"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
