// What the forms of running second-order sections share.
#ifndef TALEA_BIQUAD_PARTS_H
#define TALEA_BIQUAD_PARTS_H

#include "CRealtime.h"

#pragma STDC FP_CONTRACT OFF

#define WIDE __attribute__((target("avx512f,avx512dq,avx512vl,fma")))
#define NARROW __attribute__((target("avx2,fma")))

typedef double wide __attribute__((ext_vector_type(8)));

/// The numbers of a section, `part_step` apart: see `BiquadGroup`.
enum { b0, b1, b2, a1, a2, x1, y1, rest, part_count, first_memory = x1, part_step = 4 };

/// The two channels of a section's number.
static inline __attribute__((always_inline)) NARROW talea_double2 talea_pair_at(const double *place) {
  talea_double2 pair;
  memcpy(&pair, place, sizeof pair);
  return pair;
}

#endif
