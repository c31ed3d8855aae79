package check

import (
	"context"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// voiceStep has the door speak. Only ears can tell whether it was heard.
func voiceStep(d Door) Step {
	words := catalogue.In(d.Config.VoiceLanguage()).Say(scene.Scene{Kind: scene.Opened}.Title())
	s := Step{
		ID: "voice", Hands: true,
		Title:  i18n.M("check.voice-step", "The voice"),
		Do:     i18n.M("check.voice-do", "The door says: %s. Stand where people stand.", words),
		Expect: i18n.M("check.voice-expect", "It is heard clearly, and not too loudly for whoever lives there."),
		run: func(ctx context.Context, r *run) error {
			loudspeaker := i18n.M("check.voice-remedy", "Check the loudspeaker, its amplifier and [voice] card "+
				"(docs/install.md).")
			f, err := r.door.Speak(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem(i18n.M("check.voice-fails", "The door does not speak: %v", i18n.Of(err)), loudspeaker)
			}
			r.measured("took", i18n.M("check.voice-took", "From the event to the first sound"), ms(f.Took), "ms")
			r.remark = i18n.M("check.voice-remark", "%s; %s", f.Card, f.Confined)
			if f.Underruns > 0 {
				return problem(i18n.M("check.voice-gaps", "The sound had %d gaps.", f.Underruns),
					i18n.M("check.voice-busy", "The processor is too slow or too busy: see the status, and repeat "+
						"the step."))
			}
			return r.must(ctx, "did you hear it",
				i18n.M("check.did-you-hear", "Did you hear it clearly, where people stand?"),
				problem(i18n.M("check.voice-not-heard", "The card took the sound, and nobody heard it clearly."),
					loudspeaker))
		},
	}
	switch {
	case !d.Config.Speaks():
		s.absent = notConfigured("[voice]")
	case d.Speak == nil:
		s.absent = i18n.M("check.voice-busy-elsewhere", "It is tried while the service is stopped.")
	}
	return s
}
