package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestRLocalService: the service has no network, and has the settings that the watchdog, the
// installer's self-test and the safety of people at a door rely on.
func TestRLocalService(t *testing.T) {
	raw, err := os.ReadFile("../../scripts/systemd/menshen.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for want, why := range map[string]string{
		"RestrictAddressFamilies=AF_UNIX": "no internet socket (R-LOCAL)",
		"IPAddressDeny=any":               "no address is reachable (R-LOCAL)",
		"PrivateNetwork=yes":              "no network at all (R-LOCAL)",
		"LimitCORE=0":                     "no dump of faces or keys (R-STRANGER)",
		"MemorySwapMax=0":                 "no swap of faces or keys (R-STRANGER)",
		"WatchdogSignal=SIGKILL":          "no trace of memory in a log",
		"NoNewPrivileges=yes":             "no way to more rights",
		"ProtectSystem=strict":            "it writes only where it must",
		"DevicePolicy=closed":             "it opens only what it needs",
		"User=menshen":                    "it is not root",
		"Type=notify":                     "it says when it is ready",
		"Restart=always":                  "the self-test asks for it",
		"StartLimitIntervalSec=0":         "a door is never given up",
		"WatchdogSec=30":                  "the limits of board/watchdog.go fit into it",
		"LoadCredentialEncrypted=menshen": "a sealed key is found, and no error where there is none",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the service has no line %s: %s", want, why)
		}
	}
	for _, l := range lines {
		if strings.HasPrefix(l, "ExecStart=") && l != "ExecStart=/usr/bin/menshen run --config /etc/menshen/door.toml" {
			t.Errorf("it starts %s", l)
		}
	}
}
