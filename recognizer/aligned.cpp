// Memory of arrays begins at a whole cache line, in this program and in the libraries it uses.
//
// OpenCV's convolutions gather their input in a buffer that comes from operator new[], which promises 16 bytes, and read it
// with the widest vectors there are. Where it begins in the middle of a line, by the accident of what was allocated before, each such
// read touches two lines: the embedding takes 13 ms instead of 11 (AVX-512), for as long as the process lives.
#include <cstdlib>
#include <new>

namespace {
const std::size_t line = 64;
const std::size_t small = 1024; // below, where it does not matter, nothing changes
}

void *operator new[](std::size_t n) {
  void *p = nullptr;
  if (n < small)
    p = std::malloc(n ? n : 1);
  else if (posix_memalign(&p, line, n) != 0)
    p = nullptr;
  if (!p) throw std::bad_alloc();
  return p;
}

void operator delete[](void *p) noexcept { std::free(p); }
