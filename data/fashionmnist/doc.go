// Package fashionmnist gives 28×28 grey pictures of garments in ten classes: the
// real data set FashionMNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747), read
// from a folder or downloaded, or drawn ones that need no file and no network.
//
//	sets, err := fashionmnist.Open(ctx, "auto", fashionmnist.DownloadOptions{})
//	if err != nil {
//		return err
//	}
//	fmt.Println(sets.Note)
//
// Images are data sets of package data, of shape 1×28×28. They stay bytes in
// memory, 47 MB for the real training set. 0 is the background, 255 the strongest
// ink.
//
// Package idx reads the files.
package fashionmnist
