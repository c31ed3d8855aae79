// Package index finds the enrolled templates that are nearest to a face: exactly, in
// memory, on one core.
//
// A template is a vector of Dim float32 values, stored at unit length. The score of two is their
// cosine, -1…1. A person may have several templates; a search gives each person once, with the best
// of their scores.
//
// # How it is exact and still fast
//
// The time of a search is that of reading its bytes. So each row is stored twice: as float32, and
// as int8 with its own scale and with the Euclidean length of what the rounding lost. The first
// pass reads only the int8 rows, a quarter of the bytes, and gives for each row an interval that
// certainly contains its score. With x = sX + e (row) and y = tY + f (query), X and Y integers,
// Cauchy and Schwarz give
//
//	|x·y − st(X·Y)| = |e·y + sX·f| ≤ ‖e‖‖y‖ + ‖sX‖‖f‖
//
// Rows whose interval ends below the k-th best person's lower end cannot be in the answer. The few
// others (some ten of 100,000) are scored again from their float32 rows in double precision. So the
// answer is that of a full scan, row for row.
//
// docs/figures.md has how long it takes, beside FAISS and a plain read of the
// memory (scripts/bench/search.py).
//
// # Memory
//
// Rows are outside the Go heap in blocks that never move, so that neither growth nor the collector
// makes a second copy. Blocks are kept out of core dumps and locked against swapping; Locked says
// whether the system allowed it. An erased row is overwritten before Erase returns, and so is every
// copy of a query before Search returns (R-ERASE, R-STRANGER).
//
// An Index is safe for many readers and writers; writers wait for readers.
package index
