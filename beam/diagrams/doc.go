// Package diagrams is a pipeline of Apache Beam that computes the persistence diagrams,
// or vectors of them, of all clouds of a data set, on one machine or on many.
//
// # Idea
//
// A cloud is a file. The pipeline matches the names of files, gives each name a shard by
// its hash, and groups names by shard. Only names move between machines: a shard reads its
// clouds where it computes them, several at once.
//
//	files ─► names ─► (hash of the name, name) ─► group ─► shard: read, compute, write
//
// # Output
//
// A shard writes one file of JSON Lines, with a record for each cloud in the order of names.
// With vectors it also writes one array in NumPy's format. A file appears whole or not at all.
// Its bytes depend on the clouds, their names and the options, but not on the runner, the
// number of workers, or how often a runner tried the shard. So a shard whose worker died can be
// computed again. A job that runs once more does not compute the shards that are whole.
//
// A cloud that cannot be read or computed has a record with the error. Only a failure to
// write ends the shard, so that the runner tries it again.
//
// # Memory
//
// Beam's SDK for Go cannot refuse work when memory is short. A shard holds as many clouds
// at once as it has workers, and with vectors the array of the whole shard. A cloud that
// would take more than [Options.MaxMemory] becomes an error.
package diagrams
