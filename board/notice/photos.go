package notice

// Photos is what is known of photographs and screens held up to the camera: the same words for tenants, in the notice, and for everybody, in the dossier.
// The figures are of the shipped model of liveness, alone, on a small set of prints and replays.
var Photos = Words{
	EN: "The shipped models tell photographs from people only roughly. On a small set of prints and screens held up to a camera, the measure of " +
		"life alone, with the bar at 0.5, took 18.5% of single pictures and 9 of 57 short videos for a living person. Where the door also asks for " +
		"a blink, a turn of the head or the card it is harder; by how much was not measured.",
	ZH: "随附模型只能粗略区分照片和真人。在一组为数不多的打印照片和屏幕翻拍上，仅凭活体判定（阈值 0.5），18.5% 的单张画面和 57 段短视频中的 9 段被当作真人。" +
		"门口另外要求眨眼、转头或刷卡时更难冒充；难多少，未经测量。",
}
