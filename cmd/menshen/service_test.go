package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"menshen/hal/camera/pipe"
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
		"LogNamespace=menshen":            "a journal of its own, with limits",
		"DeviceAllow=char-i2c rw":         "supervised inputs are on I2C",
		"DeviceAllow=char-drm rw":         "a display may be on HDMI or a ribbon",
		"DeviceAllow=char-fb rw":          "or a frame buffer",
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

// TestRLocalCameraService: the service of a ribbon camera has no network, no socket, no file to
// write and no file of the door to read; what the eye relies on to heal it is set.
func TestRLocalCameraService(t *testing.T) {
	raw, err := os.ReadFile("../../scripts/systemd/menshen-camera.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for want, why := range map[string]string{
		"ExecStart=/usr/bin/menshen camera --config %d/door.toml": "this verb alone",
		"LoadCredential=door.toml:/etc/menshen/door.toml":         "it cannot read /etc/menshen itself",
		"InaccessiblePaths=-/var/lib/menshen -/etc/menshen":       "neither vault nor keys",
		"User=menshen-camera":                                     "it is neither root nor the door",
		"SupplementaryGroups=video":                               "cameras, and nothing else that has a group",
		"RestrictAddressFamilies=none":                            "no socket of any kind (R-LOCAL)",
		"IPAddressDeny=any":                                       "no address is reachable (R-LOCAL)",
		"PrivateNetwork=yes":                                      "no network at all (R-LOCAL)",
		"LimitCORE=0":                                             "no dump of faces (R-STRANGER)",
		"LimitFSIZE=0":                                            "no picture in a file (R-STRANGER)",
		"MemorySwapMax=0":                                         "no swap of faces (R-STRANGER)",
		"ProtectSystem=strict":                                    "it writes nowhere",
		"DevicePolicy=closed":                                     "it opens only cameras",
		"CapabilityBoundingSet=":                                  "no right of root's",
		"NoNewPrivileges=yes":                                     "no way to more rights",
		"Restart=on-failure":                                      "it is started again when it fails",
		"PartOf=menshen.service":                                  "it reads the configuration anew with the door",
		"StartLimitIntervalSec=0":                                 "a camera is never given up",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the service has no line %s: %s", want, why)
		}
	}
	devices := []string{"char-video4linux rw", "char-media rw", "char-dma_heap rw"}
	for _, l := range lines {
		if device, is := strings.CutPrefix(l, "DeviceAllow="); is && !slices.Contains(devices, device) {
			t.Errorf("it may open %s", device)
		}
	}
	made, err := os.ReadFile("../../scripts/systemd/menshen.tmpfiles")
	if err != nil {
		t.Fatal(err)
	}
	if line := "p " + pipe.Path + " 0640 menshen-camera menshen -"; !strings.Contains(string(made), line) {
		t.Errorf("no line %q makes the pipe", line)
	}
}

// TestStickService: root's side of a stick sees no vault, has no network, opens disks only, and has
// no right but those to mount and to hand a file over. Nothing that it mounts is seen by others.
func TestStickService(t *testing.T) {
	raw, err := os.ReadFile("../../scripts/systemd/menshen-update.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for want, why := range map[string]string{
		"ExecStart=/usr/bin/menshen slot serve": "this verb alone",
		"Type=oneshot":                          "for one request",
		"PrivateMounts=yes":                     "a stick is mounted for it alone",
		"ProtectSystem=strict":                  "it writes no file of the system",
		"ReadWritePaths=/run/menshen":           "but where the door asks",
		"InaccessiblePaths=-/var/lib/menshen":   "not the vault",
		"CapabilityBoundingSet=CAP_SYS_ADMIN CAP_DAC_OVERRIDE CAP_CHOWN": "mount, the door's folders, their owner",
		"SystemCallFilter=@system-service mount umount2":                 "no module, no other root",
		"NoNewPrivileges=yes": "no way to more rights",
		"PrivateNetwork=yes":  "no network at all (R-LOCAL)",
		"DevicePolicy=closed": "it opens only disks",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the service has no line %s: %s", want, why)
		}
	}
	for _, l := range lines {
		device, is := strings.CutPrefix(l, "DeviceAllow=")
		if is && device != "block-sd rw" && device != "block-blkext rw" {
			t.Errorf("it may open %s", device)
		}
	}
}

// TestRLocalCableService: root's part of the cable has no network, no socket, no device and no
// right but to read; it sees no vault and writes into the kernel's gadgets only. It is
// away before the door stops.
func TestRLocalCableService(t *testing.T) {
	raw, err := os.ReadFile("../../scripts/systemd/menshen-cable.service")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for want, why := range map[string]string{
		"ExecStart=/usr/bin/menshen cable up":                    "this verb alone",
		"ExecStop=/usr/bin/menshen cable down":                   "the port is nobody's without it",
		"PartOf=menshen.service":                                 "no line without a door",
		"RestrictAddressFamilies=none":                           "no socket of any kind (R-LOCAL)",
		"IPAddressDeny=any":                                      "no address is reachable (R-LOCAL)",
		"PrivateNetwork=yes":                                     "no network at all (R-LOCAL)",
		"PrivateDevices=yes":                                     "no device, not even the line that it makes",
		"ProtectSystem=strict":                                   "it writes no file of the system",
		"ReadWritePaths=-/sys/kernel/config":                     "but the kernel's gadgets",
		"InaccessiblePaths=-/var/lib/menshen -/etc/menshen/key":  "neither vault nor keys",
		"CapabilityBoundingSet=CAP_DAC_READ_SEARCH":              "it reads the configuration, whose ever it is",
		"NoNewPrivileges=yes":                                    "no way to more rights",
		"SystemCallFilter=~@privileged @resources @keyring @aio": "no mount, no module",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("the service has no line %s: %s", want, why)
		}
	}
	if !strings.Contains(string(raw), "\nAfter=menshen.service ") {
		t.Error("the door would close a line that nobody fetches from, and wait fifteen seconds")
	}
}

// TestRStrangerJournal: the journal of the door has limits in size and time, and the text goes
// nowhere else.
func TestRStrangerJournal(t *testing.T) {
	raw, err := os.ReadFile("../../scripts/systemd/menshen-journald.conf")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for _, want := range []string{"[Journal]", "SystemMaxUse=16M", "RuntimeMaxUse=8M", "MaxRetentionSec=90day",
		"ForwardToSyslog=no"} {
		if !slices.Contains(lines, want) {
			t.Errorf("it has no line %s", want)
		}
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil || !strings.Contains(string(makefile), "/usr/lib/systemd/journald@menshen.conf.d/") {
		t.Errorf("make install does not install it: %v", err)
	}
}
