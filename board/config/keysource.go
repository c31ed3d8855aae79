package config

import (
	"fmt"
	"strconv"
	"strings"
)

// KeySource is a place for the root key, taken apart.
type KeySource struct {
	Kind  string // "file", "credential" or "tpm"
	Name  string // of the systemd credential
	Path  string // of the key file, or of the TPM's device
	Index uint32 // the first of three NV indices of the TPM; 0: the usual one
}

// KeySources are the ways to write a key source, with what each is good for.
const KeySources = `"file:/etc/menshen/key" (a bench), "credential:menshen:/etc/menshen/key" (systemd's LoadCredentialEncrypted=menshen), ` +
	`"tpm:/dev/tpmrm0" or "tpm:/dev/tpmrm0:0x01800310" (a TPM 2.0)`

// ParseKeySource takes a key source apart.
func ParseKeySource(s string) (KeySource, error) {
	unknown := fmt.Errorf("%q is no key source: write %s", s, KeySources)
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

// Withstands says in a line, in "en" or "zh", what the source withstands and what it does not: a stolen card of
// the board, and an older copy of the vault put back while the unit is stopped, while it runs, or with all files.
func (k KeySource) Withstands(lang string) string {
	line := withstands[k.Kind]
	if lang == "zh" {
		return line.zh
	}
	return line.en
}

var withstands = map[string]struct{ en, zh string }{
	"file": {
		"a key file does not withstand a stolen card of the board (the key is on it), nor an older copy of the vault " +
			"put back while the unit is stopped (unless an erasure or a rotation came between), nor vault and key file " +
			"put back together; a copy put back while it runs is noticed",
		"密钥文件防不住：板上存储卡被盗（密钥就在卡上）；停机时换回旧的数据文件（其间有过销毁或密钥轮换的除外）；" +
			"数据文件与密钥文件一起换回。运行中换回会被发现。",
	},
	"credential": {
		"a systemd credential withstands a stolen card of the board where systemd seals it by a TPM, and not by its host key; " +
			"it does not withstand an older copy of the vault put back while the unit is stopped (unless an erasure or a " +
			"rotation came between), nor vault and key file put back together; a copy put back while it runs is noticed",
		"systemd 凭据：由 TPM 封存时能防板上存储卡被盗，由主机密钥封存时不能；防不住停机时换回旧的数据文件" +
			"（其间有过销毁或密钥轮换的除外），也防不住数据文件与密钥文件一起换回。运行中换回会被发现。",
	},
	"tpm": {
		"a TPM withstands a stolen card of the board, and an older copy of the vault put back while the unit is stopped, " +
			"while it runs, or with all files together; only what the door recorded since the last start or operator's act " +
			"is not counted",
		"TPM 能防：板上存储卡被盗；停机时、运行中换回旧的数据文件，连同所有文件一起换回也会被发现。" +
			"只有上次启动或操作员操作之后门自身的记录不计数。",
	},
}
