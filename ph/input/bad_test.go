package input_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/topogen/topogen/ph/input"
)

// TestBadInputs holds the message that a user sees for each kind of bad input.
func TestBadInputs(t *testing.T) {
	for _, c := range badInputs {
		d, err := input.Read[float32](strings.NewReader(c.data), c.format, nil)
		require.EqualError(t, err, c.want, "%s %.200q", c.format, c.data)
		require.Nil(t, d)
		require.Less(t, len(err.Error()), 400, "a message that fits a screen")
	}
	require.GreaterOrEqual(t, len(badInputs), 100)
}

// A message does not grow with the input.
func TestMessagesAreBounded(t *testing.T) {
	long := strings.Repeat("x", 50_000)
	for _, format := range input.Formats() {
		for _, data := range []string{long, "1\n" + long, "OFF\n" + long, "ply\nformat " + long, npy(long), npy("{'descr': '" + long + "', 'fortran_order': False, 'shape': (2,)}"), zipped(long, long)} {
			_, err := input.Read[float32](strings.NewReader(data), format, nil)
			require.Error(t, err)
			require.Less(t, len(err.Error()), 500, format)
		}
	}
}

func utf16(order binary.AppendByteOrder, mark bool, text string) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, c := range text {
		b = order.AppendUint16(b, uint16(c))
	}
	return string(b)
}

func npyOf(descr, shape string, values ...any) string {
	return npy("{'descr': "+descr+", 'fortran_order': False, 'shape': "+shape+"}", values...)
}

var badInputs = []struct {
	format     input.Format
	data, want string
}{
	{"lower", "1", `there is no format "lower": it is one of lower-distance, upper-distance, distance, point-cloud, sparse, off, ply, npy, npz, dipha, binary`},
	{input.LowerDistance, "", "no distances"},
	{input.LowerDistance, " \n#\n", "no distances"},
	{input.LowerDistance, "1\n2 x", `line 2: "x" is not a number`},
	{input.LowerDistance, "1\n2 NaN", "line 2: NaN: numbers must be finite"},
	{input.LowerDistance, "1\n2 -inf", "line 2: -inf: numbers must be finite"},
	{input.LowerDistance, "1\n\n2 1e60", "line 3: 1e60 is too large for a number of 32 bits"},
	{input.LowerDistance, "1\n\n2 1e-60", "line 3: 1e-60 is too small for a number of 32 bits"},
	{input.LowerDistance, "1\n-2 3", "line 2: -2: distances must not be negative"},
	{input.LowerDistance, "-1\n2 3", "line 1: -1: distances must not be negative"},
	{input.LowerDistance, "1\n2,,3", "line 2: a number is missing before a comma"},
	{input.LowerDistance, "1\n,2,3", "line 2: a number is missing before a comma"},
	{input.LowerDistance, "1\n2;;3", "line 2: a number is missing before a semicolon"},
	{input.LowerDistance, "1\n2,;3", "line 2: a number is missing before a semicolon"},
	{input.LowerDistance, "1\n2,3 4", "line 2: commas and blanks both separate words: numbers need one separator, and a point for decimals"},
	{input.LowerDistance, "1\n2 3\n4 5\n", "line 3 has 2 numbers, want 3 after those before it"},
	{input.LowerDistance, "1\n2 3 4\n", "line 1 has 1 numbers and line 2 has 3: this is not how a matrix of the format lower-distance begins"},
	{input.LowerDistance, "1 2 4 5", "4 numbers are not the distances of any number of points: 3 points have 3, 4 have 6"},
	{input.LowerDistance, "1 2 4\n5", "line 1 has 3 numbers and line 2 has 1: this is not how a matrix of the format lower-distance begins"},
	{input.LowerDistance, "0\n1 0\n2 3 0\n", "each line ends in 0, as if that were the diagonal: leave it out, read the file as distance, or begin it with an empty line"},
	{input.LowerDistance, "\x00\x01" + strings.Repeat("\xff", 100_000), "line 1: a word of more than 65536 characters: this is not text"},
	{input.LowerDistance, "\x00\x01\x02", `line 1: "\x00\x01\x02" is not a number`},
	{input.LowerDistance, "1\n1_000 2", `line 2: "1_000" is not a number`},
	{input.LowerDistance, "1\n0x10 2", `line 2: "0x10" is not a number`},
	{input.LowerDistance, utf16(binary.LittleEndian, true, "1\n2 3"), "the text is UTF-16: save it as UTF-8"},
	{input.LowerDistance, utf16(binary.BigEndian, true, "1\n2 3"), "the text is UTF-16: save it as UTF-8"},
	{input.LowerDistance, utf16(binary.LittleEndian, false, "1\n2 3"), "the text looks like UTF-16 without a byte-order mark: save it as UTF-8"},
	{input.LowerDistance, utf16(binary.BigEndian, false, "1\n2 3"), "the text looks like UTF-16 without a byte-order mark: save it as UTF-8"},
	{input.LowerDistance, "0 1 2\n1 0 3\n2 3 5", "line 3: the distance of point 2 to itself is 5, not 0"},
	{input.UpperDistance, "1 2 4\n3 5\n", "the matrix ends after 2 lines, want 3"},
	{input.UpperDistance, "1 2 4\n3 5\n6\n7", "line 4 has 1 numbers, want 0 after those before it"},
	{input.UpperDistance, "0 1 2\n0 3\n0", "each line begins with 0, as if that were the diagonal: leave it out, or write the full matrix"},
	{input.UpperDistance, "1 2\n-3", "line 2: -3: distances must not be negative"},
	{input.Distance, "", "no distances"},
	{input.Distance, "1 2 3", "a single line of 3 numbers is not a matrix: it can be read as lower-distance or upper-distance"},
	{input.Distance, "1\n2 3\n4 5 6", "the lines have 1, 2, 3, … numbers and end in 1, in line 2 in 3: begin with an empty line if there is no diagonal, or make the diagonal 0"},
	{input.Distance, "0\n1 0\n2 3 1", "the lines have 1, 2, 3, … numbers and end in 0, in line 3 in 1: begin with an empty line if there is no diagonal, or make the diagonal 0"},
	{input.Distance, "1\n2", "line 1 has 1 numbers and line 2 has 1: this is not how a matrix of the format distance begins"},
	{input.Distance, "0 1\n1 0\n2 3", "3 lines of 2 numbers are not a full matrix: it has as many lines as numbers in a line"},
	{input.Distance, "0 1 2\n1 0 3", "2 lines of 3 numbers are not a full matrix: it has as many lines as numbers in a line"},
	{input.Distance, "0 1 2\n\n1 0\n2 3 0", "line 1 has 3 numbers and line 3 has 2: this is not how a matrix of the format distance begins"},
	{input.Distance, "0 1 2\n1 0 3\n2 3", "line 3 has 2 numbers, want 3 after those before it"},
	{input.Distance, "0 1 2\n1 0 3\n\n2 4 0", "line 4: the distance of points 2 and 1 is 4, in line 2 it is 3"},
	{input.Distance, "0 1 2\n1 5 3\n2 3 0", "line 2: the distance of point 1 to itself is 5, not 0"},
	{input.Distance, "1 .5 .2\n.5 1 .3\n.2 .3 1", "line 1: the distance of point 0 to itself is 1, not 0"},
	{input.Distance, "0 1 -2\n1 0 3\n-2 3 0", "line 3: -2: distances must not be negative"},
	{input.Distance, "0 1 inf\n1 0 3\n2 3 0", "line 3: the distance of points 2 and 0 is 2, in line 1 it is +Inf"},
	{input.Distance, "0 1 2\n1 inf 3\n2 3 0", "line 2: the distance of point 1 to itself is +Inf, not 0"},
	{input.Distance, "0 1 nan\n1 0 3\nnan 3 0", "line 1: nan: numbers must be finite"},
	{input.Distance, "0;1,5;2\n1,5;0;3\n2;3;0", "line 1: semicolons and commas both separate words: numbers need one separator, and a point for decimals"},
	{input.PointCloud, "", "no points: want one a line"},
	{input.PointCloud, "x,y\n", "no points: want one a line"},
	{input.PointCloud, "x,y\nx,y\n", `line 2: "x" is not a number`},
	{input.PointCloud, "nan 0\n1 2\n", "line 1: nan: numbers must be finite"},
	{input.PointCloud, "1e999 0\n1 2\n", "line 1: 1e999 is too large for a number of 32 bits"},
	{input.PointCloud, "1e-999 0\n1 2\n", "line 1: 1e-999 is too small for a number of 32 bits"},
	{input.PointCloud, "x 2\n1 2\n", `line 1: "x" is not a number`},
	{input.PointCloud, "x nan\n1 2\n", `line 1: "x" is not a number`},
	{input.PointCloud, "1 O\n1 2\n", `line 1: "O" is not a number`},
	{input.PointCloud, "O O\n1 2\n", `line 1: "O" is not a number`},
	{input.PointCloud, "l O.5\n1 2\n", `line 1: "l" is not a number`},
	{input.PointCloud, "NA NA\n1 2\n", `line 1: "NA" is not a number`},
	{input.PointCloud, "-- --\n1 2\n", `line 1: "--" is not a number`},
	{input.PointCloud, "? ?\n1 2\n", `line 1: "?" is not a number`},
	{input.PointCloud, "n/a,null\n1,2\n", `line 1: "n/a" is not a number`},
	{input.PointCloud, "1d5 2d5\n1 2\n", `line 1: "1d5" is not a number`},
	{input.PointCloud, "1.5E+3x 2\n1 2\n", `line 1: "1.5E+3x" is not a number`},
	{input.PointCloud, "$1 $2\n1 2\n", `line 1: "$1" is not a number`},
	{input.PointCloud, "inf inf\n1 2\n", "line 1: inf: numbers must be finite"},
	{input.PointCloud, "1 2\nx y\n", `line 2: "x" is not a number`},
	{input.PointCloud, "x\n\ufeff1\n", `line 2: "\ufeff1" is not a number`},
	{input.PointCloud, "1 2\n3 4\n\n5\n", "line 4: 1 coordinates, where line 1 has 2"},
	{input.PointCloud, "1 2\n3 -Inf", "line 2: -Inf: numbers must be finite"},
	{input.PointCloud, "0,5;0,25\n1,5;2,5\n", "line 1: commas and semicolons both separate words: numbers need one separator, and a point for decimals"},
	{input.PointCloud, "0,5 0,25\n", "line 1: commas and blanks both separate words: numbers need one separator, and a point for decimals"},
	{input.PointCloud, "0,5\t0,25\n", "line 1: commas and blanks both separate words: numbers need one separator, and a point for decimals"},
	{input.PointCloud, "1 000,5\n", "line 1: blanks and commas both separate words: numbers need one separator, and a point for decimals"},
	{input.PointCloud, "1_000 2\n3 4\n", `line 1: "1_000" is not a number`},
	{input.PointCloud, "１ ２\n3 4\n", `line 1: "１" is not a number`},
	{input.PointCloud, "1 2\r3\r", "line 2: 1 coordinates, where line 1 has 2"},
	{input.PointCloud, "OFF\n3 0 0\n0 0 0\n1 1 1\n", "the file ends after 2 vertices, want 3"},
	{input.Sparse, "", "no distances: want two points and their distance in a line"},
	{input.Sparse, "0 1\n", "line 1: 2 numbers: want two points and their distance"},
	{input.Sparse, "0 1 2\n0 2 3 4\n", "line 2: 4 numbers: want two points and their distance"},
	{input.Sparse, "0 1.5 2\n", `line 1: "1.5" is not a point: want an integer from 0 to 16777215`},
	{input.Sparse, "0 -1 2\n", `line 1: "-1" is not a point: want an integer from 0 to 16777215`},
	{input.Sparse, "0 9999999999 2\n", `line 1: "9999999999" is not a point: want an integer from 0 to 16777215`},
	{input.Sparse, "0 2147483646 1\n", `line 1: "2147483646" is not a point: want an integer from 0 to 16777215`},
	{input.Sparse, "0 1 -2\n", "line 1: -2: distances must not be negative"},
	{input.Sparse, "0 1 NaN\n", "line 1: NaN: numbers must be finite"},
	{input.Sparse, "1 1 2\n", "line 1: the distance of point 1 to itself is 2, not 0"},
	{input.Sparse, "0 1 2\n2 1 3\n1 0 2.5\n", "line 3: the distance of points 0 and 1 is 2.5, in line 1 it is 2"},
	{input.Sparse, "0 1 2\n0 1 inf\n", "line 2: the distance of points 0 and 1 is +Inf, in line 1 it is 2"},
	{input.Sparse, "0,1,0,5\n", "line 1: 4 numbers: want two points and their distance"},
	{input.OFF, "", "the file is empty: an OFF file begins with OFF"},
	{input.OFF, "1 2 3\n", `line 1: "1": an OFF file begins with OFF`},
	{input.OFF, "OFF", "the file ends before the numbers of vertices, faces and edges"},
	{input.OFF, "OFF\n2.5 0 0\n", "line 2: [2.5 0 0]: want the numbers of vertices, faces and edges"},
	{input.OFF, "OFF\n0 0 0\n", "line 2: the number of vertices is 0: want at least 1"},
	{input.OFF, "OFF\n2 0 0\n0 0 0\n", "the file ends after 1 vertices, want 2"},
	{input.OFF, "OFF\n2 0 0\n0 0\n1 1 1\n", "line 3: 2 coordinates, want 3"},
	{input.OFF, "OFF\n2 0 0\n0 0 0 0\n1 1 1\n", "line 3: 4 coordinates, want 3"},
	{input.OFF, "4OFF\n2 0 0\n0 0 0 0\n1 1 1 1\n", "line 1: 4OFF: only OFF files of three dimensions are read"},
	{input.OFF, "OFF\n1 2 3 4\n", "line 2: [1 2 3 4]: want the numbers of vertices, faces and edges"},
	{input.OFF, "OFF\n99999999999 0 0\n0 0 0\n", "line 2: [9.9999999999e+10 0 0]: want the numbers of vertices, faces and edges"},
	{input.PLY, "", "the file is too short: a PLY file has a header that ends with end_header"},
	{input.PLY, "solid x\n", `"solid x\n": a PLY file begins with ply`},
	{input.PLY, "ply\nformat ascii 1.0\nelement vertex 2\n", "the file is too short: a PLY file has a header that ends with end_header"},
	{input.PLY, "ply\nformat binary 1.0\n", `a PLY file of the format "binary": want ascii, binary_little_endian or binary_big_endian`},
	{input.PLY, "ply\nformat ascii 1.0\nelement face 2\n", `the first element is "face": want vertex`},
	{input.PLY, "ply\nformat ascii 1.0\nelement vertex -2\n", `"-2" vertices: want a positive number`},
	{input.PLY, "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nend_header\n0 0\n1 1\n", "the vertices have no property z"},
	{input.PLY, "ply\nformat ascii 1.0\nelement vertex 2\nproperty list uchar int x\n", `"property list uchar int x": want a property of a scalar type`},
	{input.PLY, "ply\nformat ascii 1.0\nend_header\n", "the header names no element vertex"},
	{input.PLY, "ply\nhello\n", `"hello" in the header of a PLY file`},
	{input.PLY, plyText + "0 1 255 2\n", "the file ends after 1 vertices, want 2"},
	{input.PLY, plyText + "0 1 255 2\n3 4.5 -5\n", "vertex 1: 3 numbers, want 4"},
	{input.PLY, plyText + "0 1 255 2\n3 4.5 0 nan\n", "vertex 1: z is NaN: coordinates must be finite"},
	{input.PLY, plyText + "0 1 255 2\n3 4.5 0 1_0\n", `vertex 1: "1_0" is not a number`},
	{input.PLY, plyText + "0 1 255 2\n3 4.5 0 1e60\n", "vertex 1: z is 1e+60: coordinates must be finite"},
	{input.PLY, plyBinary("binary_little_endian", binary.LittleEndian)[:130], "the file ends after 0 vertices, want 2"},
	{input.NPY, "", "npy: not a .npy file: it ends within the first 10 bytes"},
	{input.NPY, "0 1 2\n3 4 5\n", `npy: not a .npy file: it begins with "0 1 2\n"`},
	{input.NPY, "\x93NUMPY\x09\x00", "npy: not a .npy file: it ends within the first 10 bytes"},
	{input.NPY, "\x93NUMPY\x01\x00\x50\x00{", "npy: the file ends within its header: it is truncated, so write or copy it again"},
	{input.NPY, "\x93NUMPY\x02\x00\xff\xff\xff\xff{", "npy: the header claims 4294967295 bytes, at most 65536 are read"},
	{input.NPY, npy(""), `npy: header "": it is not a dictionary`},
	{input.NPY, npyOf("'<f8'", "(2, 3)", six[:5]), "npy: the file ends after 5 of the 6 values of shape [2 3]"},
	{input.NPY, npyOf("'<f8'", "(2, 3)", six, 7.), "npy: there are bytes after the last of the 6 values of shape [2 3]"},
	{input.NPY, npyOf("<f8", "(2, 3)", six), "npy: the array holds <f8; booleans, integers and floats can be read"},
	{input.NPY, npyOf("'<c16'", "(1, 3)", six), "npy: the array holds '<c16'; booleans, integers and floats can be read"},
	{input.NPY, npyOf("'|O'", "(1, 3)", six), "npy: the array holds '|O'; booleans, integers and floats can be read"},
	{input.NPY, npyOf("'<f2'", "(1, 3)", six), "npy: there are bytes after the last of the 3 values of shape [1 3]"},
	{input.NPY, npyOf("[('x', '<f8')]", "(6,)", six), "npy: the array holds [('x', '<f8')]; booleans, integers and floats can be read"},
	{input.NPY, npyOf("'<f8'", "(2, 3, 1)", six), "an array of shape [2 3 1]: want points and coordinates"},
	{input.NPY, npyOf("'<f8'", "()", six), "npy: there are bytes after the last of the 1 values of shape []"},
	{input.NPY, npyOf("'<f8'", "(0, 4611686018427387904)", six), "npy: there are bytes after the last of the 0 values of shape [0 4611686018427387904]"},
	{input.NPY, npyOf("'<f8'", "(4611686018427387904, 4)", six), "npy: the shape [4611686018427387904 4] asks for more values than memory has"},
	{input.NPY, npyOf("'<f8'", "(2147483647, 2147483647)", six), "npy: the shape [2147483647 2147483647] asks for more values than memory has"},
	{input.NPY, npyOf("'<f8'", "(-2, 3)", six), `npy: the shape (-2, 3) has the length "-2"`},
	{input.NPY, npyOf("'<f8'", "(2, x)", six), `npy: the shape (2, x) has the length "x"`},
	{input.NPY, npyOf("'<f8'", "(99999999999999999999, 3)", six), `npy: the shape (99999999999999999999, 3) has the length "99999999999999999999"`},
	{input.NPY, npyOf("'<f8'", "(2, 1)", []float64{1, math.NaN()}), "row 1, column 0 is NaN: coordinates must be finite"},
	{input.NPY, npyOf("'<f8'", "(2, 1)", []float64{1, 1e60}), "row 1, column 0 is 1e+60, too large for a number of 32 bits"},
	{input.NPZ, "PK", "not an .npz file: zip: not a valid zip file"},
	{input.NPZ, zipped(), "an .npz file of 0 arrays (): want one"},
	{input.NPZ, zipped(npy(npyHeader, six), npy(npyHeader, six)), "an .npz file of 2 arrays (arr_0.npy, arr_1.npy): want one"},
	{input.NPZ, zipped("0 1 2"), "arr_0.npy: npy: not a .npy file: it ends within the first 10 bytes"},
	{input.DIPHA, "", "the file is too short: the header of a DIPHA file is 24 bytes long"},
	{input.Binary, "", "no distances"},
}
