package notice

import "menshen/internal/i18n"

// Photos is what is known of photographs and screens held up to the camera. The notice and the
// dossier say it in the same words. The figures are those of the shipped model of liveness, alone,
// on a small set of prints and replays.
var Photos = i18n.M("notice.photos",
	"The shipped models tell photographs from people only roughly. On a small set of prints and screens "+
		"held up to a camera, the measure of life alone, with the bar at 0.5, took 18.5%% of single pictures and "+
		"9 of 57 short videos for a living person. Where the door also asks for a blink, a turn of the head or "+
		"the card it is harder; by how much was not measured.")
