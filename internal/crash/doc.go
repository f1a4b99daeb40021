// Package crash holds tests that kill the programs that train at random moments, and let
// their writes fail: the run that goes on ends with the bytes of one that nobody disturbed.
//
//	go test ./internal/crash -crashes 20 -seed 7
//
// kills each program twenty times, and lets writes of each fail twenty times.
package crash
