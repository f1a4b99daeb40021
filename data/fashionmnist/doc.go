// Package fashionmnist gives 28×28 grey pictures of garments in ten classes: the
// real data set FashionMNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747), read
// from a folder or downloaded, or drawn ones that need no file and no network.
//
//	data, err := fashionmnist.Open(ctx, "auto", fashionmnist.DownloadOptions{})
//	if err != nil {
//		return err
//	}
//	fmt.Println(data.Note)
//	train, validation := fashionmnist.Split(data.Train.Len(), 0.8, seed)
//	x := make([]float32, 128*fashionmnist.Pixels)
//	for _, batch := range fashionmnist.Batches(train, 128, seed) {
//		x := x[:len(batch)*fashionmnist.Pixels]
//		data.Train.Decode(x, batch) // values from 0 to 1
//		…
//	}
//
// Images stay bytes in memory, 47 MB for the real training set, and become
// float32 a batch at a time, in a buffer of the caller's.
//
// The files are in the format IDX: a big-endian header with the element type and
// the dimensions, then the bytes. They are read with or without gzip.
package fashionmnist
