package page

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// The two statements that the linker reads, each at the beginning of a line. Everything else of a
// module is left as it stands.
var (
	importing = regexp.MustCompile(`(?m)^import \{([^}]*)\} from "\./([a-z0-9_]+)\.js";$`)
	exporting = regexp.MustCompile(`(?m)^export ((?:async )?function\*?|const|class) +([A-Za-z_$][\w$]*)`)
	otherwise = regexp.MustCompile(`(?m)^(?:import|export)\b.*$`)
)

// linker puts the modules of a folder into one script: each in a function of its own that gives
// what it exports, after those that it imports.
type linker struct {
	from    fs.FS
	exports map[string][]string // by module, once it is linked
	path    []string            // of modules that import each other, down to the one being read
	out     bytes.Buffer
}

// link gives the script of a module and of all that it imports. Errors name the module: one that
// is not there, a name that it does not export, modules in a circle, a statement of another form
// than `import {a, b as c} from "./name.js";` and `export function|const|class NAME`.
func link(from fs.FS, entry string) ([]byte, error) {
	l := linker{from: from, exports: map[string][]string{}}
	l.out.WriteString("\"use strict\";\n")
	if err := l.module(entry); err != nil {
		return nil, err
	}
	return l.out.Bytes(), nil
}

func (l *linker) module(name string) error {
	if slices.Contains(l.path, name) {
		return fmt.Errorf("modules in a circle: %s", strings.Join(append(l.path, name), " → "))
	}
	if _, done := l.exports[name]; done {
		return nil
	}
	raw, err := fs.ReadFile(l.from, name+".js")
	if err != nil {
		return fmt.Errorf("linking %s: %w", strings.Join(append(l.path, name), " → "), err)
	}
	l.path = append(l.path, name)
	source, err := strip(string(raw))
	if err != nil {
		return fmt.Errorf("linking %s: %w", name, err)
	}
	for _, m := range importing.FindAllStringSubmatch(source, -1) {
		if err := l.module(m[2]); err != nil {
			return err
		}
		if err := l.checkNames(name, m[2], m[1]); err != nil {
			return err
		}
	}
	l.path = l.path[:len(l.path)-1]
	exported := []string{}
	for _, m := range exporting.FindAllStringSubmatch(source, -1) {
		exported = append(exported, m[2])
	}
	source = importing.ReplaceAllStringFunc(source, func(statement string) string {
		m := importing.FindStringSubmatch(statement)
		return "const {" + strings.ReplaceAll(m[1], " as ", ": ") + "} = m_" + m[2] + ";"
	})
	source = exporting.ReplaceAllString(source, "$1 $2")
	if rest := otherwise.FindString(source); rest != "" {
		return fmt.Errorf("linking %s: not a form of import or export that the page knows: %s", name, rest)
	}
	if strings.Contains(strings.ToLower(source), "</script") {
		return fmt.Errorf("linking %s: its text would end the script", name)
	}
	l.exports[name] = exported
	fmt.Fprintf(&l.out, "const m_%s = (() => {\n%sreturn {%s};\n})();\n", name, source, strings.Join(exported, ", "))
	return nil
}

// checkNames says which of the names in an import statement the module does not export.
func (l *linker) checkNames(by, of, list string) error {
	for _, name := range strings.Split(list, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), " as ")
		if name != "" && !slices.Contains(l.exports[of], name) {
			return fmt.Errorf("linking %s: %s exports no %s", by, of, name)
		}
	}
	return nil
}
