// What the forms of running second-order sections share: vectors of four and of eight doubles, and how sections get there.
#ifndef TALEA_BIQUAD_PARTS_H
#define TALEA_BIQUAD_PARTS_H

#include "CRealtime.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define NARROW __attribute__((target("avx2,fma")))
#define WIDE __attribute__((target("avx512f,avx512dq,avx512vl,fma")))
#else
#define NARROW
#define WIDE
#endif
#define INLINED static inline __attribute__((always_inline))

typedef talea_double4 narrow;
typedef double wide __attribute__((ext_vector_type(8)));
typedef int64_t narrow_mask __attribute__((ext_vector_type(4)));
typedef int64_t wide_mask __attribute__((ext_vector_type(8)));

/// The numbers of a section, `part_step` apart: see `BiquadGroup`.
enum { b0, b1, b2, a1, a2, x1, y1, rest, part_count, first_memory = x1, part_step = 4 };

/// The two channels of a section's number.
INLINED NARROW talea_double2 pair_at(const double *place) {
  talea_double2 pair;
  memcpy(&pair, place, sizeof pair);
  return pair;
}

/// Pairs side by side, and apart again; where a place is null, zeros, or nothing.
INLINED NARROW narrow gathered_narrow(double *const *places, int part) {
  talea_double2 pairs[2] = {0, 0};
  for (int pair = 0; pair < 2; pair++)
    if (places[pair]) pairs[pair] = pair_at(places[pair] + part * part_step);
  return __builtin_shufflevector(pairs[0], pairs[1], 0, 1, 2, 3);
}
INLINED NARROW void scatter_narrow(narrow x, double *const *places, int part) {
  talea_double2 low = __builtin_shufflevector(x, x, 0, 1), high = __builtin_shufflevector(x, x, 2, 3);
  if (places[0]) memcpy(places[0] + part * part_step, &low, sizeof low);
  if (places[1]) memcpy(places[1] + part * part_step, &high, sizeof high);
}
INLINED WIDE wide gathered_wide(double *const *places, int part) {
  narrow low = gathered_narrow(places, part), high = gathered_narrow(places + 2, part);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
INLINED WIDE void scatter_wide(wide x, double *const *places, int part) {
  scatter_narrow(__builtin_shufflevector(x, x, 0, 1, 2, 3), places, part);
  scatter_narrow(__builtin_shufflevector(x, x, 4, 5, 6, 7), places + 2, part);
}

/// A frame and the pairs of `last`, a pair of lanes further.
INLINED NARROW narrow shifted_narrow(talea_double2 frame, narrow last) {
  narrow pair = {frame[0], frame[1]};
  return __builtin_shufflevector(pair, last, 0, 1, 4, 5);
}
INLINED WIDE wide shifted_wide(talea_double2 frame, wide last) {
  wide pair = {frame[0], frame[1]};
  return __builtin_shufflevector(pair, last, 0, 1, 8, 9, 10, 11, 12, 13);
}

/// In single precision, and back.
INLINED NARROW narrow rounded_narrow(narrow x) { return __builtin_convertvector(__builtin_convertvector(x, talea_float4), narrow); }
INLINED WIDE wide rounded_wide(wide x) { return __builtin_convertvector(__builtin_convertvector(x, talea_float8), wide); }

#endif
