package desk_test

import (
	"errors"

	"menshen/board/boardtest"
	"menshen/site/fact"
	"menshen/store"
)

// found makes a site of the unit's door, gate, with three others: garage, which fares as is said;
// lobby, which has all in order; and cellar, which was sent away.
func (u *unit) found(garage fact.State) error {
	if err := u.Vault.FoundSite("test", "gate"); err != nil {
		return err
	}
	for _, name := range []string{"cellar", "garage", "lobby"} {
		other := boardtest.New(u.T)
		if err := errors.Join(join(u.Vault, other.Vault, name), carry(u.Vault, other.Vault),
			carry(other.Vault, u.Vault)); err != nil {
			return err
		}
		s := fact.State{Version: "8c0c084d0123"}
		switch name {
		case "cellar":
			if err := u.Vault.SendDoorAway("test", other.Vault.Unit()); err != nil {
				return err
			}
			continue
		case "garage":
			s = garage
		}
		if _, err := other.Vault.TellState(s); err != nil {
			return err
		}
		if err := carry(other.Vault, u.Vault); err != nil {
			return err
		}
	}
	_, err := u.Vault.TellState(fact.State{Version: "8c0c084d0123"})
	return err
}

// join has a vault join the site of another.
func join(site, v *store.Vault, name string) error {
	request, code, err := v.RequestSite(name)
	if err != nil {
		return err
	}
	answer, code, err := site.AdmitDoor("test", request, code)
	if err != nil {
		return err
	}
	return v.JoinSite("test", answer, code)
}

// carry brings all that one vault knows to another.
func carry(from, to *store.Vault) error {
	heads, err := from.SiteHeads()
	if err != nil {
		return err
	}
	var all [][]byte
	for door := range heads {
		some, err := from.SiteRecords(door, 1, 1<<30)
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	_, err = to.ApplySite(all)
	return err
}
