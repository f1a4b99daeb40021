// Package synth moves point clouds by their persistence.
package synth
