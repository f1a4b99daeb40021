// Package training is what the programs that train share beyond package cli: the
// choice of a device, the flags of the losses, and progress on a terminal. Programs
// that do not train do without devices, and the memory that they take.
package training
