package desk

import (
	"time"

	"menshen/board/unit"
	"menshen/internal/i18n"
)

const (
	MaxDraft  = maxDraft
	MaxDrafts = maxDrafts
)

var ReaderState = readerState

// FaceFacts is what a state says of faces.
func FaceFacts(d *Desk, s unit.State, lang i18n.Language) []Fact { return d.faceFacts(s, lang) }

// InstallFor sets how long a reader may take a new key.
func InstallFor(d *Desk, longest time.Duration) { d.longestInstall = longest }

// AimFor sets how long a desk shows the camera at most.
func AimFor(d *Desk, longest time.Duration) { d.longestAim = longest }

// SetClockIn is the session in which the clock was set last.
func SetClockIn(d *Desk) uint64 { return d.timeSetIn.Load() }

// InUse is inUse.
var InUse = inUse
