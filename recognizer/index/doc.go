// Package index finds, among the templates of the enrolled, those nearest to a face: exactly, in memory, on one core.
//
// A template is a vector of Dim float32 values, kept at unit length; the score of two is their cosine, -1…1. A person may have
// several; a search gives each person once, with the best of their scores.
//
// # How it is exact and still fast
//
// A search is limited by the bytes it reads. So each row is kept twice: as float32, and as int8 with its own scale
// and with the Euclidean length of what the rounding lost. The first pass reads only the int8 rows, a quarter of the
// bytes, and gives for each row an interval that certainly holds its score. With x = sX + e (row) and y = tY + f (query),
// X and Y integers, Cauchy and Schwarz give
//
//	|x·y − st(X·Y)| = |e·y + sX·f| ≤ ‖e‖‖y‖ + ‖sX‖‖f‖
//
// Rows whose interval ends below the k-th best person's lower end cannot be in the answer; the few others (some ten of
// 100,000) are scored again from their float32 rows in double precision. The answer is that of a full scan, row for row.
//
// How long it takes, beside FAISS and a plain read of the memory: docs/figures.md (scripts/bench/search.py).
//
// # Memory
//
// Rows live outside the Go heap in blocks that never move, so that there is no second copy: not from growth, not
// from the collector. Blocks are kept out of core dumps and locked against swapping; Locked says whether the system allowed
// it. An erased row is overwritten before Erase returns, and so is every copy of a query before Search returns (R-ERASE, R-STRANGER).
//
// An Index is safe for many readers and writers; writers wait for readers.
package index
