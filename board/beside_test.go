package board

import (
	"strings"
	"testing"
)

// TestDoorWithoutItsVoice: a sound card that is not there costs the voice alone, and the status
// says so.
func TestDoorWithoutItsVoice(t *testing.T) {
	s := newStart(t, "[camera]", "[voice]\ncard = \"Nowhere\"\n[camera]")
	s.run(false)
	s.exits()
	s.Tap(1, 2)
	s.await("the card unlocks", s.Unlocked)
	s.await("the status says why it is silent", func() bool {
		_, trouble := s.door.beside["voice"]()
		return trouble != nil && strings.Contains(trouble.Error(), `no such sound card as "Nowhere"`)
	})
}

// TestDoorWithoutItsDisplay: a screen that is not there costs the picture alone, and the status
// says so.
func TestDoorWithoutItsDisplay(t *testing.T) {
	s := newStart(t, "[camera]", "[display]\nscreen = \"drm:DSI-9\"\n[camera]")
	s.run(false)
	s.exits()
	s.Tap(1, 2)
	s.await("the card unlocks", s.Unlocked)
	s.await("the status says why it shows nothing", func() bool {
		_, trouble := s.door.beside["display"]()
		return trouble != nil && strings.Contains(trouble.Error(), "DSI-9")
	})
}
