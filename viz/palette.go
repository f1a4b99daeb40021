package viz

import "image/color"

// palette tells up to ten series apart, by people with any colour vision: Okabe
// and Ito's eight colours, then two greys.
var palette = []color.RGBA{
	{0x00, 0x72, 0xB2, 255}, // blue
	{0xD5, 0x5E, 0x00, 255}, // vermillion
	{0x00, 0x9E, 0x73, 255}, // green
	{0xCC, 0x79, 0xA7, 255}, // purple
	{0xE6, 0x9F, 0x00, 255}, // orange
	{0x56, 0xB4, 0xE9, 255}, // sky blue
	{0xF0, 0xE4, 0x42, 255}, // yellow
	{0x00, 0x00, 0x00, 255}, // black
	{0x99, 0x99, 0x99, 255},
	{0x55, 0x55, 0x55, 255},
}

var (
	plotBackground = color.White
	ink            = color.RGBA{0x22, 0x22, 0x22, 255}
	faint          = color.RGBA{0xE3, 0xE3, 0xE3, 255}
)

// seriesColor returns the colour of the i-th series.
func seriesColor(i int) color.RGBA { return palette[i%len(palette)] }
