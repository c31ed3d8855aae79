package eye

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"image"
	"testing"
	"time"

	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/internal/golden"
)

// TestVectors: one message of each kind, as bytes on the wire (docs/formats.md). Both ends
// are of one release, so these bytes may change, but the version and the file's name must
// change with them.
func TestVectors(t *testing.T) {
	want, names := everyMessage(t)
	var got map[string]string
	if err := json.Unmarshal(golden.Vector(t, "testdata/messages-6.json", func() []byte {
		b, _ := json.MarshalIndent(want, "", "  ")
		return append(b, '\n')
	}), &got); err != nil {
		t.Fatal(err)
	}
	if protocol.Version != 6 || len(got) != len(limits) {
		t.Fatalf("version %d, %d kinds of message in the file, %d in the program",
			protocol.Version, len(got), len(limits))
	}
	for k, name := range names {
		raw, err := hex.DecodeString(got[name])
		if err != nil {
			t.Fatal(err)
		}
		if got[name] != want[name] {
			t.Errorf("%s: this version writes\n%s\ninstead of\n%s", name, want[name], got[name])
		}
		read, payload, err := child.NewConn(bytes.NewBuffer(raw), &protocol).Read()
		if err != nil || read != k || !understood(k, payload) {
			t.Errorf("%s: read as kind %d, %v", name, read, err)
		}
	}
}

// understood reports whether a payload says what everyMessage put into it.
func understood(k child.Kind, payload []byte) bool {
	switch k {
	case kindConfig:
		var c Config
		return json.Unmarshal(payload, &c) == nil &&
			c.Camera == "v4l2:/dev/video0" && c.Codes == "MP1" && c.Memory == 512<<20
	case kindMode:
		return bytes.Equal(payload, []byte{2, 1, 8, 7, 6, 5, 4, 3, 2, 1})
	case kindReady:
		var r ready
		return json.Unmarshal(payload, &r) == nil && r.Confined.Holds() && r.Models == "set" && r.Engine == "engine"
	case kindBeat:
		var b beat
		return json.Unmarshal(payload, &b) == nil && b.Camera == CameraOK && b.FPS == 15
	case kindFailure:
		return string(payload) == "no camera"
	case kindLight:
		return bytes.Equal(payload, []byte{1})
	case kindLit:
		return bytes.Equal(payload, []byte{1, 1})
	}
	s, said, err := parseStamp(payload)
	if err != nil || s != (stamp{7, 0x0102030405060708, 40 * time.Millisecond}) {
		return false
	}
	switch k {
	case kindObservation:
		o, err := parseObservation(said)
		return err == nil && o.Box == sample().Box && *o.Embedding == *sample().Embedding && o.Took == sample().Took
	case kindPicture:
		p, err := parsePicture(said)
		return err == nil && bytes.Equal(p.Grey, []byte{1, 2, 3, 4, 5, 6}) && p.Camera == image.Pt(640, 480) &&
			bytes.Equal(p.Infrared.Grey, []byte{9, 8}) && p.Infrared.Light == sample().Evidence.Infrared
	case kindCode:
		text, err := parseCode(said, "MP1")
		return err == nil && text.Reveal() == "MP1ABC"
	}
	return false
}

// everyMessage is one message of each kind in hex, by its name, and the names of the kinds.
func everyMessage(t *testing.T) (map[string]string, map[child.Kind]string) {
	t.Helper()
	names := map[child.Kind]string{kindConfig: "config", kindMode: "mode", kindReady: "ready", kindBeat: "beat",
		kindObservation: "observation", kindPicture: "picture", kindFailure: "failure", kindCode: "code",
		kindLight: "light", kindLit: "lit"}
	said := stamp{7, 0x0102030405060708, 40 * time.Millisecond}.append(nil)
	o, p := sample(), Picture{Width: 3, Height: 2, Grey: []byte{1, 2, 3, 4, 5, 6}, Box: image.Rect(0, 0, 2, 2),
		Zone: image.Rect(0, 0, 3, 2), Quality: sample().Quality, Camera: image.Pt(640, 480),
		Infrared: &Picture{Width: 2, Height: 1, Grey: []byte{9, 8}, Zone: image.Rect(0, 0, 1, 1),
			Light: sample().Evidence.Infrared, View: image.Rect(-20, 0, 1020, 990)}}
	payloads := map[child.Kind][]byte{
		kindMode:    {2, 1, 8, 7, 6, 5, 4, 3, 2, 1},
		kindFailure: []byte("no camera"),
		kindLight:   {1},
		kindLit:     {1, 1},
		kindCode:    append(bytes.Clone(said), "MP1ABC"...),
	}
	var err [5]error
	cfg := Config{Camera: "v4l2:/dev/video0", Models: "/models", Codes: "MP1"}.withDefaults()
	confined := confine.Report{
		NoDump: true, Limits: true, NoSwap: true, NoCapabilities: true, Landlock: 6, Seccomp: true,
	}
	payloads[kindConfig], err[0] = json.Marshal(cfg)
	payloads[kindReady], err[1] = json.Marshal(ready{"set", "engine", confined})
	payloads[kindBeat], err[2] = json.Marshal(beat{Camera: CameraOK, FPS: 15})
	payloads[kindObservation], err[3] = appendObservation(bytes.Clone(said), &o)
	payloads[kindPicture], err[4] = appendPicture(bytes.Clone(said), &p)
	all := map[string]string{}
	for _, err := range err {
		if err != nil {
			t.Fatal(err)
		}
	}
	for k, name := range names {
		all[name] = hex.EncodeToString(message(t, k, payloads[k]))
	}
	return all, names
}
