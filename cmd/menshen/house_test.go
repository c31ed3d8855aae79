package main

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house says which rooms each room may import (the arrows of docs/architecture.md).
var house = map[string][]string{
	"policy":     {"policy", "internal"},
	"site":       {"site", "policy", "internal"},
	"hal":        {"hal", "internal"},
	"store":      {"store", "site", "policy", "internal"},
	"recognizer": {"recognizer", "hal", "policy", "internal"},
	"board":      {"board", "recognizer", "store", "site", "hal", "policy", "internal"},
	"cmd":        {"board", "recognizer", "store", "site", "hal", "policy", "internal"},
	"internal":   {"internal"},
}

// sites says which packages of ours each package of site may import.
var sites = map[string][]string{
	"site/fact":   {"policy", "internal/canon"},
	"site/record": {"site/fact", "policy", "internal/canon"},
	"site/carry":  {"site/fact", "site/record"},
	"site/events": {"site/fact", "site/record", "internal/canon"},
	"site/post":   {}, "site/hub": {"site/post", "internal/safefile"}, "site/courier": {"site/post"},
	"site/sitetest": {"site/courier", "site/post"},
	"site/seat":     {},
}

// boards says which packages of board each of them may import: the map in board's package comment.
// The one that decides, unit, knows no operator, no language and no law; what composes them is
// imported by demo and tests only.
var boards = map[string][]string{
	"config": {}, "host": {}, "notice": {}, "outbox": {}, "pass": {}, "slots": {}, "release": {}, "lists": {},
	"cable":      {},
	"profile":    {"config"},
	"update":     {"outbox", "release", "slots"},
	"commission": {},
	"check":      {"config", "commission"},
	"papers":     {"notice", "commission"},
	"dossier":    {"notice", "release"},
	"wiring":     {"config", "profile", "outbox"},
	"unit":       {"config", "outbox", "pass"},
	"compliance": {"config", "host", "notice", "outbox", "papers", "dossier", "release"},
	"console":    {"desk", "lists", "notice", "papers", "rights"},
	"rights":     {},
	"rpc":        {"check", "desk", "lists", "notice", "papers", "rights"},
	"desk": {"unit", "check", "commission", "compliance", "config", "host", "lists", "notice", "outbox", "papers",
		"pass", "profile", "rights", "slots", "update"},
	"service": {"cable", "desk", "console", "rpc", "compliance", "unit", "config"},
	"": {"service", "desk", "compliance", "unit", "wiring", "config", "check", "commission", "console",
		"dossier", "host", "notice", "outbox", "pass",
		"slots", "update"},
	"sim":  {"", "compliance", "config", "console", "desk", "host", "papers", "slots", "unit", "update", "wiring"},
	"demo": {"", "desk", "console", "config", "papers"},
	"boardtest": {"", "desk", "compliance", "unit", "wiring", "config", "console", "host", "outbox", "papers",
		"slots", "update"},
}

// vision are the packages that may import OpenCV. sockets are the files that may open a socket, of
// the local kind: for the unit's operators, and to Debian's service for card readers.
var (
	vision  = []string{"hal/camera", "recognizer", "recognizer/eye"}
	sockets = []string{"board/service/control.go", "hal/pcsc/socket.go"}
)

// TestHouse: packages import along the arrows, OpenCV stays in its packages, and nothing opens
// an internet socket (R-LOCAL).
func TestHouse(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		room, _, _ := strings.Cut(rel, "/")
		if _, known := house[room]; !known || strings.Contains(rel, "/testdata/") {
			return nil
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if why := forbidden(rel, room, strings.Trim(spec.Path.Value, `"`)); why != "" {
				t.Errorf("%s imports %s: %s", rel, spec.Path.Value, why)
			}
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Fatalf("%d files seen, %v", seen, err)
	}
}

// forbidden says why a file may not import a package; empty: it may.
func forbidden(file, room, imported string) string {
	test := strings.HasSuffix(file, "_test.go")
	own, isOurs := strings.CutPrefix(imported, "menshen/")
	to, _, _ := strings.Cut(own, "/")
	switch {
	case isOurs && !slices.Contains(house[room], to) && !(test && to == "internal"):
		return "against the arrows of the house"
	case isOurs && room == "site" && !test && !slices.Contains(sites[filepath.ToSlash(filepath.Dir(file))], own),
		isOurs && room == "store" && to == "site" && sites[own] == nil:
		return "against the arrows of site"
	case isOurs && room == "board" && to == "board" && !test &&
		!slices.Contains(boards[boardPackage(file)], strings.TrimPrefix(strings.TrimPrefix(own, "board"), "/")):
		return "against the arrows of board"
	case imported == "gocv.io/x/gocv" && !slices.Contains(vision, filepath.ToSlash(filepath.Dir(file))):
		return "OpenCV stays in " + strings.Join(vision, ", ")
	case imported == "github.com/yalue/onnxruntime_go" && filepath.ToSlash(filepath.Dir(file)) != "recognizer":
		return "ONNX Runtime stays in recognizer"
	case (room == "site" || strings.HasPrefix(file, "cmd/menshen-site/")) &&
		(imported == "net" || imported == "net/netip"):
		return "" // the carriers of a site; TestRLocalLinked keeps them out of menshen
	case imported == "net/http" && strings.HasPrefix(file, "site/seat/"):
		return "" // the manager's own computer, at its loopback; kept out in the same way
	case imported == "net" && !slices.Contains(sockets, file) && !test, strings.HasPrefix(imported, "net/") && !test:
		return "no internet socket (R-LOCAL)"
	case room == "policy" && !test && strings.Contains(strings.SplitN(imported, "/", 2)[0], "."),
		room == "policy" && !test && to == "internal" && own != "internal/i18n":
		return "policy knows the standard library and messages only"
	}
	return ""
}

// boardPackage gives the package of board in which a file is.
func boardPackage(file string) string {
	return strings.Trim(strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "board"), "/")
}

// TestRLocalLinked: the program may link package net for its local sockets, but
// no HTTP, no TLS and no mail.
func TestRLocalLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		if slices.Contains([]string{"net/http", "net/rpc", "net/smtp", "crypto/tls", "menshen/site/post",
			"menshen/site/hub", "menshen/site/courier", "menshen/site/seat"}, dep) || strings.Contains(dep, "nats-io") {
			t.Errorf("%s is linked in (R-LOCAL)", dep)
		}
	}
}
