package main

// synopsis is the help above the list of flags.
const synopsis = `Rips prints the persistent homology of the Vietoris-Rips filtration of points or
distances, of the alpha complex of points, or of the cubical complex of an image, as
intervals [birth, death) in the order of their deaths; those of length 0 are left out.

Usage:

  rips [flags] [FILE]                  of FILE; without it, or with -, of standard input
  rips -distance KIND [flags] A B      between the diagrams in two files

  rips -format point-cloud points.txt
  rips -format point-cloud -dim 2 -threshold 0.5 points.txt
  rips -dim 2 -modulus 3 lower-distances.txt
  rips -format point-cloud -png circle points.txt     pictures, too; as SVG with -svg
  rips -format sparse -json edges.txt                 with pairings
  rips -complex alpha points.txt                      of many points in the plane or in space
  rips -complex cubical image.png                     of an image
  rips -complex cubical -superlevel -construction V volume.npy
  rips -format npy -metric cosine -vector image embeddings.npy
  rips -format point-cloud -vector landscape -svg circle points.txt
  rips -distance wasserstein -order 2 -norm 2 a.json b.json

Formats are those of ripser, and a few more:

  lower-distance   the matrix below its diagonal, a row in a line
  upper-distance   above its diagonal
  distance         the whole matrix
  point-cloud      a point in a line: coordinates
  sparse           a pair in a line: i j distance, points counted from 0
  off, ply         the vertices of a mesh
  npy, npz         an array of NumPy: a point in a row
  dipha, binary    binary files: DIPHA's, and float32 below the diagonal
  diagrams         diagrams, as -json writes them, in GUDHI's format .pers or DIPHA's: they
                   are printed, drawn or made vectors as if they had been computed

Files of OFF, PLY, NumPy and DIPHA need no -format: rips recognises them by their first bytes.

A distance of inf stands for points that are never joined. Points have Euclidean
distances unless -metric says otherwise: cosine (1 - cos of the angle), manhattan,
chebyshev, or precomputed, where the array is the full matrix of distances.

With -json, each bar has an entry in "edges": the edge whose length is its birth and
the edge whose length is its death. It has an entry in "simplices": the simplices that
give birth to it and end it. With -cocycles and -cycles it has its representatives in
"cocycles" and "cycles".

With -sparse 0.5, for instance, few of the edges are used, such that on a logarithmic
scale births and deaths are off by a factor of at most 1.5. This is for many points and
for high degrees; distances must obey the triangle inequality.

With -complex alpha the input is points in the plane or in space, by default in the
format point-cloud. Births and deaths are squared radii of balls around the points, or
radii with -radii; a component that dies at radius r dies at 2r in the Vietoris-Rips
filtration. In "simplices" are the points on the spheres that have these radii.

With -complex cubical the input is an image in PNG or PGM, an array of two or three
dimensions in .npy or .npz, or an image of DIPHA; the first bytes tell which. DIPHA itself
computes what -construction V does. The values of pixels are those of the
file, 0 to 255 for most images. In "edges" a pixel stands twice: [i, i] for the i-th one
in row-major order. With -superlevel a birth is minus the value of its pixel.

With -vector the diagram of each degree is printed as a vector, in JSON: image, heat,
landscape, silhouette, betti, entropy or entropy-curve. With -npy FILE the vectors are
an array of NumPy instead, its first axis the degree. Bars that never die are left out.
With -png NAME or -svg NAME a picture of the vectors is written, too: NAME-image.png.

The pictures of -png and -svg show the diagram and the barcode and, of points in the plane or
in space, cycles of the longest bars of degree 1 and higher: in NAME-cloud the longest loop,
in NAME-representatives the six longest, each with its bar in one colour and one number.

With -distance the distance of the diagrams of each degree is printed: bottleneck,
wasserstein or sliced (Wasserstein). The files A and B hold diagrams as in the format
diagrams. A degree that one of them lacks has no bars there. The distance is inf if one
diagram has more bars that never die than the other.`
