package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// updateMethods install another system from a stick, and carry files on one.
var updateMethods = map[string]handler{
	"update.look":    method(lookForUpdate),
	"update.install": method(installUpdate),
	"update.try":     method(tryUpdate),
	"stick.list":     method(listStick),
	"stick.copy":     method(copyToStick),
}

// offer is an update that can be installed.
type offer struct {
	Version  string `json:"version"`
	Running  string `json:"running"`
	Signer   string `json:"signer,omitempty"`
	Again    bool   `json:"again,omitempty"`    // the same version runs already
	Written  bool   `json:"written,omitempty"`  // it is installed, and waits for its trial
	Migrates bool   `json:"migrates,omitempty"` // once it is kept there is no way back
}

// lookForUpdate tells what can be installed. What follows is about that, and nothing that the peer
// says of it.
func lookForUpdate(ctx context.Context, c *call, _ nothing) (offer, error) {
	o, err := c.desk.LookForUpdate(ctx, c.who)
	c.visit.mu.Lock()
	defer c.visit.mu.Unlock()
	c.visit.offer = o
	return offer(o), err
}

type versionParams struct {
	Version string `json:"version"` // of the offer that was looked at
}

// looked is the update that was looked at last, if it is of this version.
func (c *call) looked(version string) (desk.Offer, error) {
	c.visit.mu.Lock()
	defer c.visit.mu.Unlock()
	if o := c.visit.offer; o.Version != "" && o.Version == version {
		return o, nil
	}
	return desk.Offer{}, i18n.E("rpc.look-first", "this is not the update that was looked at: look again")
}

// installUpdate writes it beside the system that runs; progress tells how far it is.
func installUpdate(ctx context.Context, c *call, p versionParams) (nothing, error) {
	o, err := c.looked(p.Version)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.InstallUpdate(ctx, c.who, o, c.step)
}

// tryUpdate restarts the unit with it, once.
func tryUpdate(ctx context.Context, c *call, p versionParams) (nothing, error) {
	o, err := c.looked(p.Version)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, c.desk.TryUpdate(ctx, c.who, o)
}

type stickFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	At   string `json:"at,omitempty"`
	As   string `json:"as,omitempty"` // its name on the stick, where another file has this one
}

func (c *call) stickFiles(all []desk.StickFile) []stickFile {
	out := []stickFile{}
	for _, f := range all {
		out = append(out, stickFile{f.Name, f.Size, c.time(f.At), f.As})
	}
	return out
}

type onStick struct {
	Files []stickFile `json:"files"` // the newest first
	More  int         `json:"more"`  // that are not shown
}

func listStick(ctx context.Context, c *call, _ nothing) (onStick, error) {
	found, more, err := c.desk.ListStick(ctx, c.who)
	const most = 100
	if len(found) > most {
		found, more = found[:most], more+len(found)-most
	}
	return onStick{c.stickFiles(found), more}, err
}

type carryParams struct {
	Names []string `json:"names"` // none: all files that may leave
}

type carried struct {
	Files []stickFile `json:"files"` // that went
	All   int         `json:"all"`   // that are on the stick now
}

// copyToStick copies files onto the stick, reads each back and compares it.
func copyToStick(ctx context.Context, c *call, p carryParams) (carried, error) {
	n, went, err := c.desk.CopyToStick(ctx, c.who, p.Names, c.step)
	return carried{c.stickFiles(went), n}, err
}
