#!/usr/bin/python3
"""Search among templates: menshen against FAISS's exact flat index and a plain read of memory.

One thread each, 512 values a template, the two nearest. Rounds alternate between them, and the
figure is each one's fastest call, the one least disturbed by other work on the machine. Exit
status 1 when a goal is missed:

  time against FAISS IndexFlatIP         at most 1.00 at every size
  time against the machine's own limit   at least 70% at 100,000

The limit is the longer of two: a plain read of the int8 rows, and their products with a query,
which a search cannot do without, as gcc makes them of a plain loop for this processor. Which of
them it is depends on the machine: where 51 MB of rows fit into the last cache, reading is fast and
the products decide.

Debian builds FAISS for any amd64 ("GENERIC"). The last column is therefore the bound of all
searches that read float32 rows, however built: the time of a plain read of those.

Needs: apt-get install python3-faiss python3-numpy gcc, and Go. Usage: scripts/bench/search.py [ROUNDS]
"""
import ctypes
import os
import re
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
try:
    import faiss
    import numpy
except ImportError as e:
    sys.exit(f"search.py: {e}; apt-get install --no-install-recommends python3-faiss python3-numpy")

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
DIM, RANK = 512, 100  # faces fill about 100 of the 512 directions
HERE = os.path.dirname(os.path.abspath(__file__))

READ_C = r"""
#include <stddef.h>
#include <stdint.h>
uint64_t plain_read(const uint64_t *p, size_t n) {
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++) sum += p[i];
	return sum;
}
int64_t products(const int8_t *rows, const int16_t *query, size_t n, size_t dim) {
	int64_t all = 0;
	for (size_t i = 0; i < n; i++, rows += dim) {
		int32_t sum = 0;
		for (size_t j = 0; j < dim; j++) sum += rows[j] * query[j];
		all ^= sum;
	}
	return all;
}
"""


def build(tmp):
    """The test binary of the index; the plain read and the products as a library."""
    tested = os.path.join(tmp, "index.test")
    subprocess.run(["go", "test", "-c", "-o", tested, "./recognizer/index"],
                   cwd=os.path.join(HERE, "..", ".."), check=True)
    source, library = os.path.join(tmp, "read.c"), os.path.join(tmp, "read.so")
    with open(source, "w") as f:
        f.write(READ_C)
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source], check=True)
    c = ctypes.CDLL(library)
    c.plain_read.restype, c.plain_read.argtypes = ctypes.c_uint64, [ctypes.c_void_p, ctypes.c_size_t]
    c.products.restype = ctypes.c_int64
    c.products.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    return tested, c.plain_read, c.products


def timed(call, least=0.3):
    """Seconds of the fastest call, of those that fit into `least` seconds."""
    call()
    fastest, until = 1e9, time.perf_counter() + least
    while True:
        began = time.perf_counter()
        call()
        now = time.perf_counter()
        fastest = min(fastest, now - began)
        if now > until:
            return fastest


def ours(tested, size):
    out = subprocess.run(
        [tested, "-test.run=^$", f"-test.bench=^BenchmarkSearch$/^{size}$", "-test.benchtime=300ms", "-test.cpu=1"],
        capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) ns/fastest", out).group(1)) * 1e-9


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    faiss.omp_set_num_threads(1)
    random = numpy.random.default_rng(1)
    mix = random.standard_normal((RANK, DIM), dtype="float32")
    missed = []
    print(f"{'templates':>9} {'menshen':>10} {'FAISS':>10} {'ratio':>6} {'menshen':>10} "
          f"{'plain read':>11} {'products':>11} {'share':>6} {'float32 read':>13}")
    with tempfile.TemporaryDirectory() as tmp:
        tested, read, products = build(tmp)
        for size, n in SIZES.items():
            flat = faiss.IndexFlatIP(DIM)
            vectors = random.standard_normal((n, RANK), dtype="float32") @ mix
            vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
            flat.add(vectors)
            probe = vectors[n // 2:n // 2 + 1] + 0.5 * vectors[:1]
            del vectors
            memory = numpy.ones(4 * n * DIM, dtype="int8")
            query = numpy.ones(DIM, dtype="int16")
            t_ours, t_faiss, t_read, t_products, t_float = [], [], [], [], []
            for _ in range(rounds):
                t_ours.append(ours(tested, size))
                t_faiss.append(timed(lambda: flat.search(probe, 2)))
                t_read.append(timed(lambda: read(memory.ctypes.data, n * DIM // 8)))
                t_products.append(timed(lambda: products(memory.ctypes.data, query.ctypes.data, n, DIM)))
                t_float.append(timed(lambda: read(memory.ctypes.data, n * DIM // 2)))
            a, b, c, p, d = (min(t) for t in (t_ours, t_faiss, t_read, t_products, t_float))
            limit = max(c, p)
            print(f"{n:>9} {a * 1e6:>7.0f} us {b * 1e6:>7.0f} us {a / b:>6.2f} "
                  f"{n * DIM / a / 1e9:>5.1f} GB/s {n * DIM / c / 1e9:>6.1f} GB/s {n * DIM / p / 1e9:>6.1f} GB/s "
                  f"{limit / a:>6.0%} {d * 1e6:>10.0f} us", flush=True)
            if a > b:
                missed.append(f"slower than FAISS at {n}")
            if n == 100_000 and limit / a < 0.7:
                missed.append(f"{limit / a:.0%} of the machine's limit at {n}")
    if missed:
        sys.exit("missed: " + "; ".join(missed))


main()
