package page

import "menshen/internal/i18n"

// wordsCamera are the words of the camera's picture, and of aiming it.
func wordsCamera(int) []i18n.Message {
	return []i18n.Message{
		i18n.M("page.camera", "Camera"),
		i18n.M("page.camera-aim", "Aim the camera"),
		i18n.M("page.camera-means", "You see what the camera sees, and so people who pass. That you look goes "+
			"on record. Meanwhile the lamp is lit, the buzzer sounds now and then, no face opens the door, and "+
			"cards do. No picture is stored, at the unit or here."),
		i18n.M("page.camera-ends", "It ends when you stop it or leave this page, and by itself after ten minutes."),
		i18n.M("page.camera-show", "Show the picture"),
		i18n.M("page.camera-stop", "Stop"),
		i18n.M("page.camera-state", "How the camera is"),
		i18n.M("page.camera-works", "In order"),
		i18n.M("page.camera-picture", "The camera's picture"),
		i18n.M("page.camera-infrared", "The infrared camera's picture"),
		i18n.M("page.infrared-says", "Infrared: %s.", arg1),
		i18n.M("page.camera-left", "ends in %s", arg1),
		i18n.M("page.camera-no-face", "No face in the picture"),
		i18n.M("page.camera-face", "A face"),
		i18n.M("page.camera-good", "Good"),
		i18n.M("page.camera-where", "(face %s %s, %s%% of the height)", arg1, arg2, arg3),
		i18n.M("page.at-left", "left"),
		i18n.M("page.at-middle", "in the middle"),
		i18n.M("page.at-right", "right"),
		i18n.M("page.at-top", "at the top"),
		i18n.M("page.at-centre", "at half height"),
		i18n.M("page.at-bottom", "at the bottom"),
	}
}
