package recognizer

import "errors"

// errPoints: five points in one place have no direction and no size.
var errPoints = errors.New("landmarks coincide")

// align gives the map from the aligned face to the frame: the inverse of the similarity (turn,
// scale and shift, no reflection) that brings the points of the frame nearest to the template in
// least squares (Umeyama 1991).
//
// In the plane the closed form needs no singular values. With points as complex numbers
// about their means, z in the frame and w in the template, the best similarity is
// multiplication by Σ z̄w / Σ |z|².
func align(points [5]Point, template [5][2]float64) (affine, error) {
	var mz, mw complex128
	for i, p := range points {
		mz += complex(float64(p.X), float64(p.Y)) / 5
		mw += complex(template[i][0], template[i][1]) / 5
	}
	var zw complex128
	var zz float64
	for i, p := range points {
		z := complex(float64(p.X), float64(p.Y)) - mz
		w := complex(template[i][0], template[i][1]) - mw
		zw += complex(real(z), -imag(z)) * w
		zz += real(z)*real(z) + imag(z)*imag(z)
	}
	if zz < 1e-6 || real(zw)*real(zw)+imag(zw)*imag(zw) < 1e-12 {
		return affine{}, errPoints
	}
	inv := complex(zz, 0) / zw // frame = inv·(template − mw) + mz
	shift := mz - inv*mw
	return affine{real(inv), -imag(inv), real(shift), imag(inv), real(inv), imag(shift)}, nil
}
