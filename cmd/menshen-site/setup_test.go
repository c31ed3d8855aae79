package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// says runs a verb as a person types it, and gives all that it says.
func says(words ...string) string {
	var out bytes.Buffer
	c := root()
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(words)
	if err := c.Execute(); err != nil {
		out.WriteString(err.Error())
	}
	return out.String()
}

// TestInstallersMistakes: what an installer does wrong is answered with what to do, and changes
// nothing; what is right says what comes next.
func TestInstallersMistakes(t *testing.T) {
	const site, gate, garage, other = "6e346e346e346e346e346e346e346e34", "0b1c0b1c0b1c0b1c0b1c0b1c0b1c0b1c",
		"77fe77fe77fe77fe77fe77fe77fe77fe", "90d290d290d290d290d290d290d290d2"
	dir := filepath.Join(t.TempDir(), "hub")
	ticket := filepath.Join(dir, "tickets", gate+".ticket")
	cut, away := filepath.Join(t.TempDir(), "cut"), filepath.Join(t.TempDir(), "away")
	if err := os.WriteFile(cut, []byte("-----BEGIN MENSHEN"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ typed, says string }{
		{"set-up --dir DIR " + gate, "say --site and --hub"},
		{"set-up --dir DIR --site " + site + " --hub hub.local:4222 " + gate, "write IP and port, such as"},
		{"set-up --dir DIR --site " + site + " --hub 8.8.8.8:4222 " + gate, "write a private address"},
		{"set-up --dir DIR --site " + site + " --hub 192.168.1.10:4222 gate", "write 32 hex digits"},
		{"renew --dir DIR " + gate, "'menshen-site set-up' does it"},
		{"hub --dir DIR", "'menshen-site set-up' does it"},
		{"set-up --dir DIR --site " + site + " --hub 192.168.1.10:4222 " + gate, "systemctl restart menshen-site-hub"},
		{"set-up --dir DIR " + gate + " " + garage, "Doors with a ticket already: 1. 'menshen-site renew'"},
		{"set-up --dir DIR --site " + site + " --hub 192.168.1.11:4222 " + garage, "renew --all --hub' moves it"},
		{"renew --dir DIR", "or write --all"},
		{"renew --dir DIR --hub 192.168.1.11:4222 " + gate, "write --all"},
		{"renew --dir DIR --all --hub 8.8.8.8:4222", "write a private address"},
		{"renew --dir DIR " + other, "'menshen-site set-up' adds it"},
		{"strike --dir DIR " + other, "the hub has no door " + other},
		{"hub --dir DIR --listen 8.8.8.8:4222", "write a private address"},
		{"courier --ticket " + away, "'menshen-site set-up' at the hub makes one"},
		{"courier --ticket " + cut, "this is no ticket"},
		{"doors --unit " + away, "[site.courier] user = \"menshen-site\" into /etc/menshen/door.toml"},
		{"status --state " + away, "'systemctl enable --now menshen-site-courier' starts it"},
	} {
		before, _ := os.ReadFile(ticket)
		if said := says(strings.Fields(strings.ReplaceAll(x.typed, "DIR", dir))...); !strings.Contains(said, x.says) {
			t.Errorf("%s says %q, and not %q", x.typed, said, x.says)
		}
		if after, _ := os.ReadFile(ticket); before != nil && !bytes.Equal(before, after) {
			t.Errorf("%s changed a ticket", x.typed)
		}
	}
	said := says("renew", "--dir", dir, "--all", "--hub", "192.168.1.20:4222")
	moved, err := readTicket(ticket)
	if err != nil || moved.Hub.String() != "192.168.1.20:4222" || strings.Count(said, ".ticket") != 2 {
		t.Errorf("a hub that moves: %v, %v, and says %q", moved.Hub, err, said)
	}
}
