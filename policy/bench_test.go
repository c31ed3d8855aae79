package policy

import "testing"

// A decision costs nothing beside a camera frame or a disk write; keep it so.
func BenchmarkDecideFace(b *testing.B) {
	a := good(ByFace)
	b.ReportAllocs()
	for b.Loop() {
		Decide(a)
	}
}

func BenchmarkReview(b *testing.B) {
	f := *lawful()
	b.ReportAllocs()
	for b.Loop() {
		Review(f)
	}
}
