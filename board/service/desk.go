package service

import (
	"menshen/board/console"
	"menshen/board/desk"
)

// A test that the desk has all methods that the console needs.
var (
	_ console.AccessTeller = (*desk.Desk)(nil)
	_ console.Aimer        = (*desk.Desk)(nil)
	_ console.Desk         = (*desk.Desk)(nil)
	_ console.Dossiers     = (*desk.Desk)(nil)
	_ console.Keeper       = (*desk.Desk)(nil)
	_ console.Overrides    = (*desk.Desk)(nil)
	_ console.Papers       = (*desk.Desk)(nil)
	_ console.Passes       = (*desk.Desk)(nil)
	_ console.Rights       = (*desk.Desk)(nil)
	_ console.Sites        = (*desk.Desk)(nil)
	_ console.Staff        = (*desk.Desk)(nil)
	_ console.TimeSetter   = (*desk.Desk)(nil)
	_ console.Watcher      = (*desk.Desk)(nil)
)
