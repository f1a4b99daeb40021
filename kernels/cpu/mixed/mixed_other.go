//go:build !amd64 || purego

package mixed

func dotsAVX512(*[8]float64, *float32, *float32, *float64, int, int) {}

func addRowsAVX512(*float64, int, *float32, int, *float64) {}
