package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFirstRootFindsItsOwnCard: a second card of Menshen, which has the same id, keeps no unit from
// starting. The one in the board's slot is taken, and one at USB only if there is no other.
func TestFirstRootFindsItsOwnCard(t *testing.T) {
	script, err := os.ReadFile("../../scripts/image/first")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?ms)^found\(\) \{$.*?^\}$`).Find(script)
	soon := regexp.MustCompile(`(?m)^waited=0 (names=.*)$`).FindSubmatch(script)
	late := regexp.MustCompile(`\[ \$waited -lt 30 \] \|\| (names=.*)`).FindSubmatch(script)
	if found == nil || soon == nil || late == nil {
		t.Fatal("the first root does not look for its card as this test knows it")
	}
	for name, x := range map[string]struct {
		disks      []string // with partitions 6 and 7 and the id of a card
		soon, late string
	}{
		"its slot":         {[]string{"mmcblk0p"}, "/dev/mmcblk0p", "/dev/mmcblk0p"},
		"and one at USB":   {[]string{"mmcblk0p", "sda"}, "/dev/mmcblk0p", "/dev/mmcblk0p"},
		"NVMe and two USB": {[]string{"nvme0n1p", "sda", "sdb"}, "/dev/nvme0n1p", "/dev/nvme0n1p"},
		"two":              {[]string{"vda", "vdb"}, "/dev/vda", "/dev/vda"},
		"one at USB":       {[]string{"sda"}, "none", "/dev/sda"},
		"none":             {nil, "none", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(partition, id string) {
				uevent := []byte("PARTN=7\nPARTUUID=" + id + "\n")
				err := os.MkdirAll(filepath.Join(dir, partition), 0o700)
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, partition, "uevent"), uevent, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			write("mmcblk9p7", "01234567-07") // of another system
			for _, disk := range x.disks {
				write(disk+"6", "4d656e73-06")
				write(disk+"7", "4d656e73-07")
			}
			for when, want := range map[string]string{string(soon[1]): x.soon, string(late[1]): x.late} {
				looks := "disk=4d656e73\n" + when + "\n" +
					strings.ReplaceAll(string(found), "/sys/class/block", dir) + "\nfound && echo $card || echo none"
				out, err := exec.Command("sh", "-euc", looks).CombinedOutput()
				if got := strings.TrimSpace(string(out)); got != want || err != nil {
					t.Errorf("%s: %q, want %q; %v", when, got, want, err)
				}
			}
		})
	}
}
