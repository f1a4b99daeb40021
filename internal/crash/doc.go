// Package crash tests that runs survive crashes. It kills the programs that train at random
// moments, or makes their writes fail, and resumes their runs. Such a run must end with the
// same files as one that was not disturbed.
//
//	go test ./internal/crash -crashes 20 -seed 7
//
// kills each program twenty times, and makes writes of each fail twenty times.
package crash
