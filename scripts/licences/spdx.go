package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// document is a list of software by SPDX 2.3
// (spdx.github.io/spdx-spec/v2.3), as far as we fill it in.
type document struct {
	Version       string         `json:"spdxVersion"`
	DataLicence   string         `json:"dataLicense"`
	ID            string         `json:"SPDXID"`
	Name          string         `json:"name"`
	Namespace     string         `json:"documentNamespace"`
	Creation      creation       `json:"creationInfo"`
	Packages      []spdxPackage  `json:"packages"`
	Relationships []relationship `json:"relationships"`
}

type creation struct {
	Created  time.Time `json:"created"`
	Creators []string  `json:"creators"`
}

type spdxPackage struct {
	Name          string     `json:"name"`
	ID            string     `json:"SPDXID"`
	Version       string     `json:"versionInfo"`
	Location      string     `json:"downloadLocation"`
	FilesAnalyzed bool       `json:"filesAnalyzed"`
	Concluded     string     `json:"licenseConcluded"`
	Declared      string     `json:"licenseDeclared"`
	Copyright     string     `json:"copyrightText"`
	Comment       string     `json:"comment,omitempty"`
	Checksums     []checksum `json:"checksums,omitempty"`
	References    []external `json:"externalRefs,omitempty"`
}

type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type external struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

const unsaid = "NOASSERTION"

// spdx writes the list of a program and its parts, of which the first is the program itself.
func spdx(program string, parts []part) ([]byte, error) {
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(binary)
	created := time.Now()
	if at, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		created = time.Unix(at, 0) // reproducible builds
	}
	d := document{
		Version: "SPDX-2.3", DataLicence: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: parts[0].folder(),
		Namespace: fmt.Sprintf("urn:menshen:%x", sum),
		Creation:  creation{created.UTC().Truncate(time.Second), []string{"Tool: menshen-scripts-licences"}},
	}
	for i, p := range parts {
		pkg, err := entry(p)
		if err != nil {
			return nil, err
		}
		link := relationship{"SPDXRef-menshen", "DEPENDS_ON", pkg.ID}
		if i == 0 {
			pkg.Checksums = []checksum{{"SHA256", hex.EncodeToString(sum[:])}}
			link = relationship{d.ID, "DESCRIBES", pkg.ID}
			pkg.ID, link.Related = "SPDXRef-menshen", "SPDXRef-menshen"
		}
		d.Packages, d.Relationships = append(d.Packages, pkg), append(d.Relationships, link)
	}
	out, err := json.MarshalIndent(d, "", "  ")
	return append(out, '\n'), err
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// inPURL writes what a Debian name or version may have and a package URL may not.
var inPURL = strings.NewReplacer("+", "%2B", ":", "%3A")

func entry(p part) (spdxPackage, error) {
	pkg := spdxPackage{Name: p.name, Version: p.version, Location: unsaid, Concluded: unsaid, Declared: unsaid,
		Copyright: unsaid,
		ID:        "SPDXRef-" + notInID.ReplaceAllString(p.folder(), "-")}
	if p.licence != "" {
		pkg.Concluded, pkg.Declared = p.licence, p.licence
	}
	switch {
	case p.texts != "":
		pkg.Comment = "a package of Debian; licence texts in " + p.texts
		pkg.References = []external{{"PACKAGE-MANAGER", "purl",
			"pkg:deb/debian/" + inPURL.Replace(p.name+"@"+p.version)}}
	case p.sum != "":
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.sum, "h1:"))
		if err != nil || len(raw) != sha256.Size {
			return pkg, fmt.Errorf("%s has the sum %q", p.folder(), p.sum)
		}
		pkg.Comment = "go.sum " + p.sum + "; the checksum is the same in hex: of the list of its files and their sums"
		pkg.Checksums = []checksum{{"SHA256", hex.EncodeToString(raw)}}
		pkg.References = []external{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + p.name + "@" + p.version}}
	}
	return pkg, nil
}
