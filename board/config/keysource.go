package config

import (
	"fmt"
	"strconv"
	"strings"

	"menshen/internal/i18n"
)

// KeySource is a place for the root key.
type KeySource struct {
	Kind  string // "file", "credential" or "tpm"
	Name  string // of the systemd credential
	Path  string // of the key file, or of the TPM's device
	Index uint32 // the first of three NV indices of the TPM; 0: the usual one
}

// KeySources gives the ways to write a key source, each with what it is good for.
const KeySources = `"file:/etc/menshen/key" (a bench), ` +
	`"credential:menshen:/etc/menshen/key" (systemd's LoadCredentialEncrypted=menshen), ` +
	`"tpm:/dev/tpmrm0" or "tpm:/dev/tpmrm0:0x01800310" (a TPM 2.0)`

// ParseKeySource reads a key source as the configuration has it.
func ParseKeySource(s string) (KeySource, error) {
	unknown := fmt.Errorf("%q is not a key source: write %s", s, KeySources)
	kind, rest, _ := strings.Cut(s, ":")
	k := KeySource{Kind: kind, Path: rest}
	switch kind {
	case "file":
	case "credential":
		k.Name, k.Path, _ = strings.Cut(rest, ":")
		if k.Name == "" {
			return KeySource{}, unknown
		}
	case "tpm":
		path, index, has := strings.Cut(rest, ":")
		if has {
			n, err := strconv.ParseUint(index, 0, 32)
			if err != nil {
				return KeySource{}, unknown
			}
			k.Path, k.Index = path, uint32(n)
		}
	default:
		return KeySource{}, unknown
	}
	if k.Path == "" {
		return KeySource{}, unknown
	}
	return k, nil
}

// String writes it as in the configuration.
func (k KeySource) String() string {
	switch {
	case k.Kind == "credential":
		return k.Kind + ":" + k.Name + ":" + k.Path
	case k.Index != 0:
		return fmt.Sprintf("%s:%s:%#x", k.Kind, k.Path, k.Index)
	}
	return k.Kind + ":" + k.Path
}

// Withstands says what the source withstands and what it does not: a stolen card of the board, and
// an older copy of the vault put back while the unit is stopped, while it runs, or with all files.
func (k KeySource) Withstands() i18n.Message { return withstands[k.Kind] }

var withstands = map[string]i18n.Message{
	"file": i18n.M("config.key-file-withstands",
		"a key file does not withstand a stolen card of the board (the key is on it), nor an older copy of the "+
			"vault put back while the unit is stopped (unless an erasure or a rotation came between), "+
			"nor vault and key file put back together; a copy put back while it runs is noticed"),
	"credential": i18n.M("config.credential-withstands",
		"a systemd credential withstands a stolen card of the board where systemd seals it by a TPM, "+
			"and not by its host key; it does not withstand an older copy of the vault put back while the unit is "+
			"stopped (unless an erasure or a rotation came between), nor vault and key file put back together; "+
			"a copy put back while it runs is noticed"),
	"tpm": i18n.M("config.tpm-withstands", "a TPM withstands a stolen card of the board, "+
		"and an older copy of the vault put back while the unit is stopped, while it runs, "+
		"or with all files together; only what the door recorded since the last start or operator's act "+
		"is not counted"),
}
