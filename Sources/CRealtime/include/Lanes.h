// Arithmetic on vectors whose lanes are taken apart elsewhere. Written in Swift, each operation is one lane after the other
// until the optimiser puts them together; where single lanes are used later, it leaves them in pieces.
// A lane's result depends on that lane alone, and every fused product is written as one.
#ifndef TALEA_LANES_H
#define TALEA_LANES_H

#pragma STDC FP_CONTRACT OFF

typedef double talea_double2 __attribute__((ext_vector_type(2)));
typedef int64_t talea_long4 __attribute__((ext_vector_type(4)));
typedef uint64_t talea_unsigned4 __attribute__((ext_vector_type(4)));
typedef int32_t talea_int8 __attribute__((ext_vector_type(8)));

/// `a * b + c`, fused.
static inline TALEA_REALTIME talea_double4 talea_fused4(talea_double4 a, talea_double4 b, talea_double4 c) {
  return __builtin_elementwise_fma(a, b, c);
}
static inline TALEA_REALTIME talea_double4 talea_sum4(talea_double4 a, talea_double4 b) { return a + b; }
static inline TALEA_REALTIME talea_double4 talea_difference4(talea_double4 a, talea_double4 b) { return a - b; }
static inline TALEA_REALTIME talea_double4 talea_product4(talea_double4 a, talea_double4 b) { return a * b; }
static inline TALEA_REALTIME talea_double4 talea_quotient4(talea_double4 a, double b) { return a / b; }
/// What brings peaks down to ceilings: 1 where they are not above.
static inline TALEA_REALTIME talea_double4 talea_least_gain(talea_double4 peak, talea_double4 ceiling) {
  return ceiling / (peak > ceiling ? peak : ceiling);
}
/// The whole part of a number of less than 2^63.
static inline TALEA_REALTIME int64_t talea_whole(double x) { return (int64_t)x; }
static inline TALEA_REALTIME talea_double4 talea_larger4(talea_double4 a, talea_double4 b) { return a > b ? a : b; }
static inline TALEA_REALTIME talea_double4 talea_at_most4(talea_double4 x, double most) {
  return x < most ? x : (talea_double4)most;
}
static inline TALEA_REALTIME talea_double4 talea_scaled4(talea_double4 a, double b) { return a * b; }

/// The first `count` of eight frames; the other lanes are 0.
static inline TALEA_REALTIME talea_float8 talea_load_frames(const float *frames, intptr_t count) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  if (count >= 8) return *(const vector *)frames;
  float lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  _Pragma("clang loop unroll(disable) vectorize(disable)") for (intptr_t n = 0; n < count; n++) lanes[n] = frames[n];
  talea_float8 x;
  memcpy(&x, lanes, sizeof x);
  return x;
}
/// Stores the first `count` lanes.
static inline TALEA_REALTIME void talea_store_frames(talea_float8 x, float *frames, intptr_t count) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  if (count >= 8) {
    *(vector *)frames = x;
    return;
  }
  float lanes[8];
  memcpy(lanes, &x, sizeof x);
  _Pragma("clang loop unroll(disable) vectorize(disable)") for (intptr_t n = 0; n < count; n++) frames[n] = lanes[n];
}

/// The larger of `a` and the size of `x`, at most `most`; what is not a number has the size `most`.
static inline TALEA_REALTIME talea_float8 talea_larger_size(talea_float8 a, talea_float8 x, float most) {
  talea_int8 bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0x7fffffff;
  memcpy(&x, &bits, sizeof x);
  x = x < most ? x : (talea_float8)most;
  return x > a ? x : a;
}
static inline TALEA_REALTIME talea_float8 talea_product8(talea_float8 a, talea_float8 b) { return a * b; }
static inline TALEA_REALTIME talea_float8 talea_inverse8(talea_float8 a) { return 1 / a; }
static inline TALEA_REALTIME talea_float8 talea_fused8(talea_float8 a, talea_float8 b, talea_float8 c) {
  return __builtin_elementwise_fma(a, b, c);
}
/// The larger of `a` and of the size of a parabola's top, where the middle of the three points that it goes through is the
/// farthest from 0; elsewhere of the size of that point. What is not finite is as large as a number can be.
static inline TALEA_REALTIME talea_float8 talea_summit(
    talea_float8 before, talea_float8 middle, talea_float8 after, talea_float8 a) {
  talea_int8 sign, bits;
  memcpy(&sign, &middle, sizeof sign);
  sign &= INT32_MIN;
  memcpy(&bits, &before, sizeof bits);
  bits ^= sign;
  memcpy(&before, &bits, sizeof before);
  memcpy(&bits, &after, sizeof bits);
  bits ^= sign;
  memcpy(&after, &bits, sizeof after);
  memcpy(&bits, &middle, sizeof bits);
  bits ^= sign;
  memcpy(&middle, &bits, sizeof middle);
  talea_float8 left = middle - before, right = middle - after, bend = left + right, slope = right - left;
  talea_float8 top = middle + slope * slope / (8 * bend);
  talea_float8 x = ((left >= 0) & (right >= 0) & (bend > 0)) ? top : middle;
  x = x < 0x1.fffffep127f ? x : (talea_float8)0x1.fffffep127f;
  return x > a ? x : a;
}
static inline TALEA_REALTIME talea_double4 talea_widen_low(talea_float8 x) { return talea_widen(x.lo); }
static inline TALEA_REALTIME talea_double4 talea_widen_high(talea_float8 x) { return talea_widen(x.hi); }
static inline TALEA_REALTIME talea_float8 talea_narrow_both(talea_double4 low, talea_double4 high) {
  talea_float4 a = talea_narrow(low), b = talea_narrow(high);
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

/// In which of four lanes `a` is at least `b`: bit n for lane n.
typedef _Bool talea_bool4 __attribute__((ext_vector_type(4)));
static inline TALEA_REALTIME intptr_t talea_lanes_at_least(talea_double4 a, talea_double4 b) {
  talea_bool4 lanes = __builtin_convertvector(a >= b, talea_bool4);
  uint8_t bits;
  memcpy(&bits, &lanes, 1);
  return bits & 15;
}
/// Whether all of four lanes equal `b`, and whether any of them differs from that of `b` by less than `least`.
static inline TALEA_REALTIME bool talea_are_equal(talea_double4 a, double b) { return __builtin_reduce_and(a == b); }
static inline TALEA_REALTIME bool talea_is_any_near(talea_double4 a, talea_double4 b, double least) {
  return __builtin_reduce_or(__builtin_elementwise_abs(a - b) < least);
}

// Decibels of sizes and gains of decibels, as a gain computer needs them. Polynomials are Chebyshev fits, added up in pairs:
// what a gain waits for is the longest chain of products.

/// 20 log10 of sizes, taken as `least` where they are smaller; from 1e-25 to 1e25 within 2e-11 dB, 0 at 1.
static inline TALEA_REALTIME talea_double4 talea_decibels(talea_double4 size, double least) {
  size = size > least ? size : (talea_double4)least;
  talea_long4 shifted;
  memcpy(&shifted, &size, sizeof shifted);
  // size = m 2^e, m in [sqrt(1/2), sqrt(2)): the bits of sqrt(1/2) are the origin.
  const int64_t root = 0x3fe6a09e667f3bcd;
  shifted += 0x3ff0000000000000 - root;
  talea_long4 whole = (talea_long4)((talea_unsigned4)shifted >> 52) | 0x4330000000000000;
  talea_long4 rest = (shifted & 0x000fffffffffffff) + root;
  talea_double4 exponent, m;
  memcpy(&exponent, &whole, sizeof exponent);
  memcpy(&m, &rest, sizeof m);
  exponent -= 0x1p52 + 1023;
  // log m = 2 atanh z.
  talea_double4 z = (m - 1) / (m + 1), z2 = z * z, z4 = z2 * z2;
  talea_double4 low = talea_fused4(z2, 0x1.7299134055859p+2, 0x1.15f2ced389effp+4);
  talea_double4 high = talea_fused4(z2, 0x1.3d403e366d1fap+1, 0x1.bcb8c99a9f4fap+1);
  high = talea_fused4(z4, 0x1.0690b326a2bebp+1, high);
  return talea_fused4(exponent, 0x1.8151824c7587fp+2, z * talea_fused4(z4, high, low));
}

/// 2^x for magnitudes up to 1000: within 2e-10 of the result; 1 at 0.
static inline TALEA_REALTIME talea_double4 talea_power_of_two(talea_double4 x) {
  talea_double4 shifted = x + 0x1.8p52, f = x - (shifted - 0x1.8p52);
  talea_double4 f2 = f * f, f4 = f2 * f2;
  talea_double4 low = talea_fused4(f2, talea_fused4(f, 0x1.c6b08d883dca1p-5, 0x1.ebfbe045f4d3cp-3),
                                   talea_fused4(f, 0x1.62e42fefa39efp-1, 1));
  talea_double4 high = talea_fused4(f2, talea_fused4(f, 0x1.00a5815943468p-16, 0x1.443fffc90e005p-13),
                                    talea_fused4(f, 0x1.5d879ead06ae1p-10, 0x1.3b2a1b7152beap-7));
  talea_double4 p = talea_fused4(f4, high, low);
  // The whole part of x stands in the lowest bits of `shifted`.
  talea_long4 whole, bits;
  memcpy(&whole, &shifted, sizeof whole);
  memcpy(&bits, &p, sizeof bits);
  bits += whole << 52;
  memcpy(&p, &bits, sizeof p);
  return p;
}
/// 10^(decibels/20) up to 6000 dB, and below -6000 dB as there: within 2e-10 of the result; 1 at 0.
static inline TALEA_REALTIME talea_double4 talea_amplitude(talea_double4 decibels) {
  decibels = decibels > -6000 ? decibels : (talea_double4)-6000;
  return talea_power_of_two(decibels * 0x1.542a5a12e1c5bp-3);
}

/// The gain of a compressor: `bend` times the square of what a level is inside the knee, `-slope` times the excess above it.
static inline TALEA_REALTIME talea_double4 talea_knee(
    talea_double4 level, talea_double4 threshold, talea_double4 knee, talea_double4 slope, talea_double4 bend) {
  talea_double4 over = level - threshold, inside = over + 0.5 * knee, twice = over + over;
  talea_double4 gain = twice >= knee ? -slope * over : bend * inside * inside;
  return twice <= -knee ? (talea_double4)0 : gain;
}

// What Fourier transforms need beside.

/// `a - b c`, rounded once.
static inline TALEA_REALTIME talea_float8 talea_less_product8(talea_float8 a, talea_float8 b, talea_float8 c) {
  return __builtin_elementwise_fma(-b, c, a);
}
static inline TALEA_REALTIME talea_double4 talea_less_product4(talea_double4 a, talea_double4 b, talea_double4 c) {
  return __builtin_elementwise_fma(-b, c, a);
}
/// The last lane first.
static inline TALEA_REALTIME talea_float8 talea_reverse8(talea_float8 x) {
  return __builtin_shufflevector(x, x, 7, 6, 5, 4, 3, 2, 1, 0);
}
static inline TALEA_REALTIME talea_double4 talea_reverse4(talea_double4 x) {
  return __builtin_shufflevector(x, x, 3, 2, 1, 0);
}
/// The lower halves of two vectors, the upper ones, and lanes in turn from even and from odd places.
static inline TALEA_REALTIME talea_double4 talea_low_halves4(talea_double4 a, talea_double4 b) {
  return __builtin_shufflevector(a, b, 0, 1, 4, 5);
}
static inline TALEA_REALTIME talea_double4 talea_high_halves4(talea_double4 a, talea_double4 b) {
  return __builtin_shufflevector(a, b, 2, 3, 6, 7);
}
static inline TALEA_REALTIME talea_double4 talea_even_lanes4(talea_double4 a, talea_double4 b) {
  return __builtin_shufflevector(a, b, 0, 4, 2, 6);
}
static inline TALEA_REALTIME talea_double4 talea_odd_lanes4(talea_double4 a, talea_double4 b) {
  return __builtin_shufflevector(a, b, 1, 5, 3, 7);
}

#endif
