package booted

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	hub     = "menshen-site-hub"
	courier = "menshen-site-courier"
)

// services: each goes on after it was restarted or killed, and so does each after the door's.
func services(t *testing.T, gate, garage *machine) {
	if got, want := gate.sh("stat -c '%A %U:%G' /run/menshen-site /run/menshen-site/unit"),
		"drwx--x--- menshen:menshen-site\nsrw-rw-rw- menshen:menshen"; got != want {
		t.Errorf("the courier's socket: %q, not %q", got, want)
	}
	for _, who := range []string{"nobody", "menshen-site-hub"} {
		if said, err := gate.try("setpriv --reuid=" + who + " --clear-groups menshen-site doors"); err == nil {
			t.Errorf("%s speaks with the door: %s", who, said)
		}
	}
	ills := map[string]string{"restarted": "systemctl restart ",
		"killed":   "systemctl kill --kill-whom=main -s KILL ",
		"upgraded": "apt install --reinstall -y /media/usb/menshen-site_*.deb; echo "}
	for _, x := range []struct {
		m       *machine
		service string
		ill     string
	}{
		{gate, hub, "restarted"}, {gate, hub, "killed"}, {garage, courier, "restarted"}, {garage, courier, "killed"},
		{garage, "menshen", "restarted"}, {garage, "menshen", "killed"}, {garage, courier, "upgraded"},
		{gate, hub, "upgraded"},
	} {
		before := x.m.sh("systemctl show --value -p MainPID " + x.service)
		x.m.sh(ills[x.ill] + x.service)
		x.m.await(fmt.Sprintf("systemctl is-active %s && test $(systemctl show --value -p MainPID %s) != %s",
			x.service, x.service, before))
		took := garage.await("menshen-site status")
		t.Logf("%s: %s was %s; the garage's courier is connected after %v", x.m.name, x.service, x.ill, took)
	}
	news(t, garage, gate, "Wang Fang", "8-Birke")
}

// may is what the service of each name can do in its sandbox, of all that the probe tries.
var may = map[string][]string{
	courier: {"site-tcp", "door-socket", "courier-state"},
	hub:     {"site-tcp", "hub-folder", "hub-papers", "listen-tcp"},
}

// sandbox: what the probe tries succeeds as root outside of any sandbox, and in that of a service
// what it needs and nothing more.
func sandbox(t *testing.T, m *machine) {
	m.sh("ip address add 203.0.113.5/32 dev lo; ip address add 2001:db8::5/128 dev lo; " +
		"echo nameserver 192.168.1.11 >/etc/resolv.conf; chmod a+r /etc/resolv.conf")
	m.sh("systemd-run --unit=listener /opt/test/probe listen")
	m.await("journalctl -u listener | grep -q listening")
	outside := results(m.sh("/opt/test/probe"))
	if len(outside) < 20 {
		t.Fatalf("the probe tries too little: %v", outside)
	}
	for name, said := range outside {
		if said != "yes" {
			t.Errorf("as root outside of any sandbox, %s: %s", name, said)
		}
	}
	for service, can := range may {
		score := m.sh("systemd-analyze security --no-pager " + service + " | tail -1")
		m.sh("mkdir -p /run/systemd/system/" + service + ".service.d && printf '" +
			"[Service]\\nExecStart=\\nExecStart=/opt/test/probe\\nRestart=no\\nType=oneshot\\n' " +
			">/run/systemd/system/" + service + ".service.d/probe.conf && systemctl daemon-reload")
		m.sh("systemctl stop " + service + "; systemctl start " + service)
		inside := results(m.sh("journalctl -b -o cat -t probe -u " + service))
		m.sh("rm -r /run/systemd/system/" + service + ".service.d && systemctl daemon-reload")
		m.sh("systemctl start " + service)
		if len(inside) != len(outside) {
			t.Errorf("%s: the probe says %d lines, outside %d: %v", service, len(inside), len(outside), inside)
		}
		for name, said := range inside {
			want := false
			for _, x := range can {
				want = want || x == name
			}
			if (said == "yes") != want {
				t.Errorf("%s, %s: %s", service, name, said)
			} else {
				t.Logf("%s, %s: %s", service, name, said)
			}
		}
		t.Log(score)
	}
	m.sh("systemctl stop listener; ip address del 203.0.113.5/32 dev lo; ip address del 2001:db8::5/128 dev lo")
	m.await("menshen-site status")
}

// results gives what the probe said of each attempt.
func results(printed string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(printed) {
		if name, said, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			all[name] = said
		}
	}
	return all
}

// journal: what the services wrote, which names nobody and has no secret.
func journal(t *testing.T, gate, garage *machine) {
	for _, m := range []*machine{gate, garage} {
		lines := m.sh("journalctl -b -o cat -u '" + hub + "' -u '" + courier + "' --no-pager | grep level=")
		if n := strings.Count(lines, "\n"); n > 200 {
			t.Errorf("%s: %d lines, which nobody reads", m.name, n)
		}
		t.Logf("%s wrote, without what came twice:\n%s", m.name, m.sh("journalctl -b -o cat -u '"+hub+"' -u '"+courier+
			"' --no-pager | grep level= | sed 's/^time=[^ ]* //' | sort | uniq -c | sort -rn | head -30"))
		all := lines + m.sh("journalctl -b -o cat --no-pager; journalctl --namespace=menshen -b -o cat --no-pager")
		for _, secret := range []string{"Zhao", "Wang", "7-Ahorn", "8-Birke", "9-Eiche", "BEGIN ", passphrase} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: a journal has %q", m.name, secret)
			}
		}
	}
}

// restart: all comes up with the machine, and what was done meanwhile is known afterwards.
func restart(t *testing.T, gate, garage *machine) {
	again := func(m, other *machine, meanwhile func()) {
		begun := time.Now()
		m.sh("systemctl reboot")
		m.over()
		meanwhile()
		m.start()
		wire(t, m, other)
		t.Logf("%s has started again after %v", m.name, time.Since(begun).Round(100*time.Millisecond))
		for _, x := range []*machine{m, other} {
			t.Logf("the courier of %s is connected %v later", x.name, x.await("menshen-site status"))
		}
	}
	again(gate, garage, func() {})
	again(garage, gate, func() { gate.console(`anna>« add "Li Na" --apartment 9-Eiche` + "\n | Added") })
	begun := time.Now()
	for !strings.Contains(garage.console("anna>« people"), "Li Na") {
		if time.Since(begun) > patience {
			t.Fatal(garage.state())
		}
	}
	t.Logf("and knows %v later whom the gate entered meanwhile", time.Since(begun).Round(time.Second))
	for _, m := range []*machine{gate, garage} {
		if failed := m.sh("systemctl --failed --no-legend --no-pager"); failed != "" {
			t.Errorf("%s: %s", m.name, failed)
		}
	}
}

// removal: the services end with the package, and the door goes on and says so in its dossier.
func removal(t *testing.T, gate, garage *machine) {
	gate.sh("menshen dossier --out - | grep -q 'The program menshen-site is installed beside it'")
	gate.sh("apt remove -y menshen-site")
	gate.sh("menshen dossier --out - | grep -q '(menshen-site) is not installed'")
	for _, service := range []string{hub, courier} {
		if said, err := gate.try("systemctl is-active " + service); err == nil {
			t.Errorf("%s runs on: %s", service, said)
		}
	}
	if said := gate.console("anna>« status"); !strings.Contains(said, "door") {
		t.Errorf("the door says %q", said)
	}
	garage.await("! menshen-site status")
	said, _ := garage.try("menshen-site status")
	t.Logf("the garage's courier, without a hub:\n%s", said)
	gate.sh("apt purge -y menshen-site")
	left := gate.sh("ls -d /etc/menshen-site /var/lib/menshen-site /run/menshen-site-courier 2>/dev/null || true")
	if left != "" {
		t.Errorf("left after a purge: %s", left)
	}
}
