package ph

// A Gradient holds the derivatives of a number with respect to the birth and the death of
// a bar.
type Gradient struct{ Birth, Death float64 }
