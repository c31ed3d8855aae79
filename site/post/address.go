package post

import (
	"fmt"
	"net/netip"
)

// OnSite reads the address of a hub, IP and port, and refuses one that can lie outside of the
// site's own network: anything but private (RFC 1918, ULA), link-local and loopback addresses
// (R-LOCAL). There are no names, so nobody is asked for an address (no DNS).
func OnSite(text string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(text)
	if err != nil || at.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("%.60q is no address: write IP and port, such as 192.168.1.10:4222", text)
	}
	at = netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
	if ip := at.Addr(); !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
		return netip.AddrPort{}, fmt.Errorf("%s is not on the site's own network: "+
			"write a private address (10.…, 172.16.… to 172.31.…, 192.168.…, fd…)", ip)
	}
	return at, nil
}
