package onnx

import (
	"errors"
	"fmt"
	"math"
)

// ErrNotFinite is wrapped when numbers are NaN or infinite.
var ErrNotFinite = errors.New("not a finite number")

// CheckFinite returns an error that contains what and the first index at which v is NaN
// or infinite. It is fast enough to check one image per frame.
func CheckFinite(what string, v []float32) error {
	// x·0 is 0 for a finite x and NaN otherwise. Four independent sums are faster than
	// one.
	var a, b, c, d float32
	i := 0
	for ; i+4 <= len(v); i += 4 {
		w := v[i : i+4 : i+4]
		a += w[0] * 0
		b += w[1] * 0
		c += w[2] * 0
		d += w[3] * 0
	}
	for ; i < len(v); i++ {
		a += v[i] * 0
	}
	if a+b+c+d == 0 {
		return nil
	}
	for i, x := range v {
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%w: %s has %v at index %d", ErrNotFinite, what, x, i)
		}
	}
	return nil
}
