package topoloss

import "github.com/topogen/topogen/internal/fastexp"

// negligible is an x for which e⁻ˣ is less than the least positive float32, 1.4e-45.
// Derivatives reach points as float32, where so small a number is 0.
const negligible = 104

// expNegative returns e⁻ˣ for x ≥ 0, with a relative error below 2e-14, and 0 for
// x > negligible. Dsigma spends most of its time here.
func expNegative(x float64) float64 {
	if x > negligible {
		return 0
	}
	return fastexp.Negative(x)
}
