package main

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"menshen/site/post"
)

// TestRLocalSiteServices: courier and hub reach the site's own network only, whatever they are made
// to do; each is a user of its own without any right of root's, and sees nothing of the door's.
func TestRLocalSiteServices(t *testing.T) {
	both := map[string]string{
		"IPAddressDeny=any":          "nothing but what is allowed is reached (R-LOCAL)",
		"ProtectSystem=strict":       "it writes only where it must",
		"PrivateDevices=yes":         "no device",
		"CapabilityBoundingSet=":     "no right of root's",
		"NoNewPrivileges=yes":        "no way to more rights",
		"MemorySwapMax=0":            "nothing of it on a disk",
		"LimitCORE=0":                "no dump with a ticket in it",
		"RestrictNamespaces=yes":     "no network of its own making",
		"StartLimitIntervalSec=0":    "it is never given up",
		"WantedBy=multi-user.target": "an installer enables it",
	}
	own := map[string]map[string]string{
		"courier": {
			"ExecStart=/usr/bin/menshen-site courier --ticket %d/ticket": "this verb alone",
			"LoadCredential=ticket:/etc/menshen-site/ticket":             "a copy: the folder is root's",
			"User=menshen-site": "neither root nor the door",
			"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6": "the door's socket, and the hub",
			"SocketBindDeny=any":                           "it listens nowhere",
			"ConditionPathExists=/etc/menshen-site/ticket": "it waits for a ticket",
			"RuntimeDirectory=menshen-site-courier":        "where 'menshen-site status' looks",
			"InaccessiblePaths=-/etc/menshen-site -/etc/resolv.conf -/run/systemd/resolve -/run/dbus": "no name server",
		},
		"hub": {
			"ExecStart=/usr/bin/menshen-site hub":                 "this verb alone",
			"User=menshen-site-hub":                               "neither root, nor the door, nor a courier",
			"RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK": "no local socket: not the door's",
			"SocketBindAllow=tcp":                                 "it listens",
			"StateDirectory=menshen-site":                         "its papers and records",
			"ConditionPathExists=/var/lib/menshen-site/site":      "it waits for a site",
		},
	}
	for name, of := range own {
		raw, err := os.ReadFile("../../scripts/systemd/menshen-site-" + name + ".service")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(raw), "\n")
		for _, list := range []map[string]string{both, of} {
			for want, why := range list {
				if !slices.Contains(lines, want) {
					t.Errorf("the %s has no line %s: %s", name, want, why)
				}
			}
		}
		var hidden, allowed []string
		for _, l := range lines {
			if rest, is := strings.CutPrefix(l, "InaccessiblePaths="); is {
				hidden = append(hidden, strings.Fields(rest)...)
			}
			if rest, is := strings.CutPrefix(l, "IPAddressAllow="); is {
				allowed = append(allowed, strings.Fields(rest)...)
			}
		}
		for _, path := range []string{"-/var/lib/menshen", "-/var/lib/menshen.out", "-/etc/menshen", "-/run/menshen"} {
			if !slices.Contains(hidden, path) {
				t.Errorf("the %s may look into %s", name, path[1:])
			}
		}
		onSite(t, allowed)
	}
}

// onSite holds the addresses that a service may reach against those that the program takes for a
// hub's.
func onSite(t *testing.T, allowed []string) {
	t.Helper()
	var ranges []netip.Prefix
	for _, text := range allowed {
		if text == "localhost" {
			ranges = append(ranges, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			t.Fatal(err)
		}
		ranges = append(ranges, p)
	}
	for _, text := range []string{"10.0.0.1", "9.255.255.255", "11.0.0.0", "172.16.0.1", "172.15.255.255", "172.32.0.0",
		"192.168.7.7", "192.167.255.255", "192.169.0.0", "169.254.3.3", "169.253.0.1", "127.0.0.1", "126.0.0.1",
		"8.8.8.8", "100.64.0.1", "::1", "::2", "fd00::1", "fc00::1", "fe80::1", "fec0::1", "2001:db8::1", "ff02::1"} {
		ip := netip.MustParseAddr(text)
		_, err := post.OnSite(netip.AddrPortFrom(ip, 4222).String())
		reached := slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(ip) })
		if reached != (err == nil) {
			t.Errorf("%s: the service reaches it: %v, the program says %v", text, reached, err)
		}
	}
}
