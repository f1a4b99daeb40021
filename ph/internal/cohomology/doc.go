// Package cohomology computes the persistent homology of any filtered cell complex.
//
// # Problem
//
// A complex has cells of dimension 0, 1, …, each dimension numbered in the order of
// the filtration. Persistent homology pairs a cell that gives birth to a class with a
// cell of one dimension more that ends the class. Persistent cohomology finds the
// same pairs (de Silva, Morozov and Vejdemo-Johansson, Dualities in persistent
// (co)homology, 2011).
//
// # Idea
//
// The engine reduces the coboundary matrix: the column of a cell holds its cofacets,
// and its pivot is the cofacet that comes first. Columns are reduced from the last
// cell to the first. If the pivot of a column belongs to an earlier column, a multiple
// of that column is added. A column with a new pivot makes a pair, an empty column an
// essential class.
//
// Four facts spare most of the work:
//
//   - A cell that ends a class of one degree less has an empty column: it is cleared
//     (Chen and Kerber, Persistent homology computation with a twist, 2011).
//   - A column whose pivot is new from the start needs no reduction. This holds for
//     all apparent pairs (Bauer, Ripser, 2021), the bulk of most complexes, and
//     nothing is stored for them but the pair.
//   - In degree 0 the reduction is the merging of connected components.
//   - If each cell of dimension d−1 has at most two cofacets of dimension d, the
//     dimension of the complex, degree d−1 is the merging of connected components of
//     the dual graph: its nodes are the d-cells and one node outside, and a
//     (d−1)-cell joins its two cofacets, or its only one and the outside.
//
// # Invariant
//
// After the column of a cell is reduced, the pivots of all columns so far are
// distinct. The column of a cell is the coboundary of a chain, all cells of which are the
// cell itself or come after it. The engine stores this chain if the options ask for
// cocycles, else the column.
//
// # Cost
//
// The worst case is cubic in the number of cells. Degree 0 and the dual graph take
// O(n log n). Memory is linear in the number of cells of two consecutive dimensions,
// apart from the stored chains or columns.
package cohomology
