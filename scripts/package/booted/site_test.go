package booted

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// door is a configuration as short as a door on a bench has it; the wire is a simulated one.
const door = `[unit]
name  = "NAME"
dir   = "/var/lib/menshen"
bench = true
[key]
source = "file:/etc/menshen/key"
[relay]
pin    = "SIM_RELAY"
active = "high"
`

// TestSite is an installer's day: two doors from packages, which meet, then get a hub and couriers
// by what docs/install.md says; then what can befall the services; then the way out.
func TestSite(t *testing.T) {
	if *base == "" {
		t.Skip("minutes, as root: make site-package-test")
	}
	gate, garage := newMachine(t, "gate", "192.168.1.10"), newMachine(t, "garage", "192.168.1.11")
	wire(t, gate, garage)
	for _, m := range []*machine{gate, garage} {
		m.door()
	}
	meet(t, gate, garage)
	connect(t, gate, garage)
	news(t, gate, garage, "Zhao Lei", "7-Ahorn")
	t.Run("services", func(t *testing.T) { services(t, gate, garage) })
	t.Run("sandbox", func(t *testing.T) { sandbox(t, gate) })
	t.Run("restart", func(t *testing.T) { restart(t, gate, garage) })
	t.Run("journal", func(t *testing.T) { journal(t, gate, garage) })
	t.Run("removal", func(t *testing.T) { removal(t, gate, garage) })
}

// door installs the packages, and makes a door that works.
func (m *machine) door() {
	m.t.Helper()
	m.sh("cd /media/usb && apt install -y ./menshen-models_*.deb ./menshen_*_$(dpkg --print-architecture).deb")
	m.sh("cat >/etc/menshen/door.toml <<'D'\n" + strings.ReplaceAll(door, "NAME", m.name) + "D")
	m.sh("echo '" + passphrase + "' | menshen init --operator anna")
	m.sh("systemctl enable --now menshen")
	m.console("Type yes or no:« yes") // anna commits herself to confidentiality
}

var code = regexp.MustCompile(`at the other door: ([A-Za-z0-9 -]+)`)

// meet makes one site of the doors. Their letters go by the out folder, since the kernel here may
// know no sticks.
func meet(t *testing.T, gate, garage *machine) {
	t.Helper()
	shown := func(text, file string) (name, word string) {
		found, typed := regexp.MustCompile(file+`-[^ ./]*\.site`).FindString(text), code.FindStringSubmatch(text)
		if found == "" || typed == nil {
			t.Fatalf("no file or no code: %q", text)
		}
		return found, strings.TrimSpace(typed[1])
	}
	carry := func(from, to *machine, file string) {
		from.sh("cp /var/lib/menshen.out/" + file + " /media/usb/")
		to.sh("install -o menshen -g menshen -m 600 /media/usb/" + file + " /var/lib/menshen.out/")
	}
	gate.console("anna>« site found\n yes or no:« yes\n | Founded")
	request, first := shown(garage.console("anna>« site join --folder\n | site admit"), "join")
	carry(garage, gate, request)
	welcome, second := shown(gate.console("anna>« site admit "+request+
		" --folder\n other door shows:« "+first+"\n | Admitted\n | site join"), "welcome")
	carry(gate, garage, welcome)
	garage.console("anna>« site join " + welcome + " --folder\n other door shows:« " + second +
		"\n | Joined a site of 2 doors")
}

// connect types what docs/install.md says: at each door, at the hub, at each door.
func connect(t *testing.T, gate, garage *machine) {
	t.Helper()
	blocks := commands(t, "../../../docs/install.md", "## Several doors")
	if len(blocks) != 3 {
		t.Fatalf("docs/install.md has %d blocks of commands for several doors, not 3", len(blocks))
	}
	types := func(m *machine, line string) string {
		said := m.sh(line)
		t.Logf("%s# %s\n%s", m.name, line, said)
		return said
	}
	var setUp string
	for _, m := range []*machine{garage, gate} {
		for _, line := range blocks[0] {
			switch {
			case strings.HasPrefix(line, "apt "):
				types(m, "cd /media/usb && "+strings.Replace(line, "install", "install -y", 1))
			case line == "menshen-site doors":
				m.await(line)
				setUp = types(m, line)
			default:
				types(m, line)
			}
		}
	}
	for _, line := range blocks[1] {
		if strings.HasPrefix(line, "menshen-site set-up") {
			line = strings.Replace(setUp, "ADDRESS", "192.168.1.10", 1)
		}
		types(gate, line)
	}
	gate.sh("mv /var/lib/menshen-site/tickets/*.ticket /media/usb/")
	for _, m := range []*machine{gate, garage} {
		own := m.sh("menshen-site doors | sed -n 's/^# this door: //p'")
		for _, line := range blocks[2] {
			if line == "menshen-site status" {
				t.Logf("%s: connected after %v", m.name, m.await(line))
			}
			types(m, strings.ReplaceAll(line, "DOOR", own))
		}
	}
}

// commands gives the lines of each block of commands of a part of a page in Markdown, without
// remarks.
func commands(t *testing.T, page, heading string) (blocks [][]string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), heading+"\n")
	part, _, _ = strings.Cut(part, "\n## ")
	remark := regexp.MustCompile(`\s{2,}#? .*$`)
	for i, block := range strings.Split(part, "```") {
		if i%2 == 0 {
			continue
		}
		var lines []string
		for line := range strings.Lines(block) {
			if line = remark.ReplaceAllString(strings.TrimSpace(line), ""); line != "" {
				lines = append(lines, line)
			}
		}
		blocks = append(blocks, lines)
	}
	return blocks
}

// news has a person entered at one door, and waits until another knows them.
func news(t *testing.T, from, to *machine, name, apartment string) {
	t.Helper()
	from.console(`anna>« add "` + name + `" --apartment ` + apartment + "\n | Added")
	for begun := time.Now(); ; time.Sleep(time.Second) {
		if strings.Contains(to.console("anna>« people"), name) {
			t.Logf("%s knows whom %s entered, after %v with the log-in", to.name, from.name,
				time.Since(begun).Round(time.Second))
			return
		}
		if time.Since(begun) > patience {
			t.Fatalf("%s does not hear of %s\n%s", to.name, name, to.state())
		}
	}
}
