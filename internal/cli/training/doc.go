// Package training has what the programs that train share beyond package cli: the
// choice of a device, the flags of the losses, and progress on a terminal. It is a package
// of its own, so that programs that do not train link no devices.
package training
