// How the processor takes subnormal numbers, on this thread: menshen_flush makes them zero and gives what was before,
// which menshen_restore takes.
#pragma once
#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
static uint64_t menshen_control(void) { return _mm_getcsr(); }
static void menshen_restore(uint64_t v) { _mm_setcsr((unsigned)v); }
static const uint64_t menshen_zero = 0x8040; // FTZ and DAZ
#elif defined(__aarch64__)
static uint64_t menshen_control(void) {
  uint64_t v;
  __asm__ volatile("mrs %0, fpcr" : "=r"(v));
  return v;
}
static void menshen_restore(uint64_t v) { __asm__ volatile("msr fpcr, %0" : : "r"(v)); }
static const uint64_t menshen_zero = 1 << 24; // FZ
#endif

static uint64_t menshen_flush(void) {
  uint64_t before = menshen_control();
  menshen_restore(before | menshen_zero);
  return before;
}
