// Reading between frames, eight frames at a time.
#ifndef TALEA_LAGRANGE_H
#define TALEA_LAGRANGE_H

/// The whole frames of eight delays up to 2^31, and the rests. A rest that rounds up to 1 is one more whole frame.
static inline TALEA_REALTIME talea_float8 talea_upper_rests(talea_double4 early, talea_double4 late) {
  return talea_narrow_both(early - __builtin_elementwise_floor(early), late - __builtin_elementwise_floor(late));
}
static inline TALEA_REALTIME talea_float8 talea_rests(talea_double4 early, talea_double4 late) {
  talea_float8 rests = talea_upper_rests(early, late);
  return rests == 1 ? (talea_float8)0 : rests;
}
static inline TALEA_REALTIME talea_int8 talea_whole_frames(talea_double4 early, talea_double4 late) {
  talea_int4 first = __builtin_convertvector(__builtin_elementwise_floor(early), talea_int4);
  talea_int4 second = __builtin_convertvector(__builtin_elementwise_floor(late), talea_int4);
  talea_int8 whole = __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7);
  return whole - (talea_upper_rests(early, late) == 1);
}
static inline TALEA_REALTIME talea_double4 talea_at_least4(talea_double4 x, double least) {
  return x > least ? x : (talea_double4)least;
}
static inline TALEA_REALTIME bool talea_are_lanes_equal(talea_int8 x) { return __builtin_reduce_and(x == x[0]); }
static inline TALEA_REALTIME int32_t talea_first_lane(talea_int8 x) { return x[0]; }
static inline TALEA_REALTIME int32_t talea_least_lane(talea_int8 x) { return __builtin_reduce_min(x); }
/// `b` in the lanes where `x` equals `y`, else `a`.
static inline TALEA_REALTIME talea_float8 talea_where_equal(talea_int8 x, int32_t y, talea_float8 b, talea_float8 a) {
  return x == y ? b : a;
}

/// The value `fraction` before frames, for eight frames in turn, by Lagrange interpolation through `pairs` frames on each side:
/// the frame `m` after each lies at `frame + m * step`, that `m` before it at `frame - m * step`. Where the rest is 0 it is the
/// frame itself.
///
/// With the nodes -m and m + 1, m = 0 ..., around a rest f the weights are products of the other pairs' (f + m) (f - m - 1)
/// = f (f - 1) - m (m + 1): of the products before a pair and after it.
static inline __attribute__((always_inline)) TALEA_REALTIME talea_float8 talea_lagrange_of(
    const float *_Nonnull frame, intptr_t step, talea_float8 f, int pairs) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  static const double scales[8][8] = {
      {1},
      {-2, 6},
      {12, -24, 120},
      {-144, 240, -720, 5040},
      {2880, -4320, 10080, -40320, 362880},
      {-86400, 120960, -241920, 725760, -3628800, 39916800},
      {3628800, -4838400, 8709120, -21772800, 79833600, -479001600, 6227020800},
      {-203212800, 261273600, -435456000, 958003200, -2874009600, 12454041600, -87178291200, 1307674368000},
  };
  talea_float8 v = f * (f - 1), after[9];
  after[pairs] = 1;
  _Pragma("clang loop unroll(full)") for (int m = pairs - 1; m > 0; m--)
    after[m] = m + 1 == pairs ? v - m * (m + 1) : after[m + 1] * (v - m * (m + 1));
  talea_float8 before = 1, near = 0, far = 0;
  _Pragma("clang loop unroll(full)") for (int m = 0; m < pairs; m++) {
    float scale = (float)(1 / scales[pairs - 1][m]);
    talea_float8 others = m == 0 ? after[1] : m + 1 == pairs ? before : before * after[m + 1];
    talea_float8 later = others * __builtin_elementwise_fma(f, (talea_float8)-scale, (talea_float8)(scale * (m + 1)));
    talea_float8 earlier = others * __builtin_elementwise_fma(f, (talea_float8)scale, (talea_float8)(scale * m));
    near = __builtin_elementwise_fma(later, *(const vector *)(frame + m * step), near);
    far = __builtin_elementwise_fma(earlier, *(const vector *)(frame - (m + 1) * step), far);
    before = m == 0 ? v : before * (v - m * (m + 1));
  }
  return f == 0 ? *(const vector *)frame : near + far;
}

/// Through sixteen frames each, from frames in turn, and from lanes of eight.
static inline TALEA_REALTIME talea_float8 talea_lagrange(const float *_Nonnull frame, talea_float8 f) {
  return talea_lagrange_of(frame, 1, f, 8);
}
static inline TALEA_REALTIME talea_float8 talea_lagrange_apart(const float *_Nonnull lanes, talea_float8 f) {
  return talea_lagrange_of(lanes + 64, 8, f, 8);
}

/// Near delays leave room for fewer frames: `whole` on each side from 2 on, else one.
static __attribute__((noinline, unused)) TALEA_REALTIME talea_float8 talea_lagrange_near(
    const float *_Nonnull frame, talea_float8 f, intptr_t whole) {
  switch (whole) {
    case 0:
    case 1: return talea_lagrange_of(frame, 1, f, 1);
    case 2: return talea_lagrange_of(frame, 1, f, 2);
    case 3: return talea_lagrange_of(frame, 1, f, 3);
    case 4: return talea_lagrange_of(frame, 1, f, 4);
    case 5: return talea_lagrange_of(frame, 1, f, 5);
    case 6: return talea_lagrange_of(frame, 1, f, 6);
    case 7: return talea_lagrange_of(frame, 1, f, 7);
    default: return talea_lagrange_of(frame, 1, f, 8);
  }
}

/// Between frames in turn by cubic Lagrange interpolation, `f` from 0 up to 2 frames before those that lie three behind
/// `oldest`.
static inline TALEA_REALTIME talea_float8 talea_cubic(const float *_Nonnull oldest, talea_float8 f) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  talea_float8 p3 = *(const vector *)oldest, p2 = *(const vector *)(oldest + 1), p1 = *(const vector *)(oldest + 2);
  talea_float8 p0 = *(const vector *)(oldest + 3), newer = *(const vector *)(oldest + 4);
  talea_int8 isPast = f >= 1;
  f = isPast ? f - 1 : f;
  talea_float8 x3 = isPast ? p3 : p2, x2 = isPast ? p2 : p1, x1 = isPast ? p1 : p0, x0 = isPast ? p0 : newer;
  talea_float8 a = f + 1, b = f - 1, c = f - 2;
  talea_float8 outer = (x3 * a - x0 * c) * (f * b) * (1.0f / 6), inner = (x1 * b - x2 * f) * (a * c) * 0.5f;
  return outer + inner;
}

/// The courses of four moving lines over 32 frames: `whole + start + slope n` frames long. Each swings around its length by
/// `depth` frames, as many turns a tick as its `speed`, in a triangle that a cubic rounds to within 2 % of a sine.
static inline TALEA_REALTIME talea_double4 talea_swung(
    talea_double4 length, double depth, talea_double4 speed, talea_double4 phase, double tick) {
  talea_double4 turns = tick * speed + phase;
  talea_double4 triangle = 4 * __builtin_elementwise_abs(turns - __builtin_elementwise_floor(turns) - 0.5) - 1;
  return length + depth * (triangle * (1.5 - 0.5 * triangle * triangle));
}
static inline TALEA_REALTIME void talea_courses(
    talea_double4 length, double depth, talea_double4 speed, talea_double4 phase, double tick, talea_int4 *_Nonnull wholes,
    talea_float4 *_Nonnull starts, talea_float4 *_Nonnull slopes) {
  talea_double4 begin = talea_swung(length, depth, speed, phase, tick), end = talea_swung(length, depth, speed, phase, tick + 1);
  talea_double4 whole = __builtin_elementwise_floor(end < begin ? end : begin);
  *wholes = __builtin_convertvector(whole, talea_int4);
  *starts = talea_narrow(begin - whole);
  *slopes = talea_narrow((end - begin) / 32);
}

/// A phase in turns, from 0 up to 1, in four frames from `frames` after its start on.
static inline TALEA_REALTIME talea_double4 talea_turns(double start, double increment, double frames) {
  talea_double4 ahead = {0, 1, 2, 3};
  talea_double4 x = talea_fused4(ahead + frames, (talea_double4)increment, (talea_double4)start);
  return x - __builtin_elementwise_floor(x);
}
/// The sines of turns, for magnitudes below 2^40: within 1e-13; 0 at half turns.
static inline TALEA_REALTIME talea_double4 talea_sine_of_turns(talea_double4 turns) {
  talea_double4 r = turns - __builtin_elementwise_rint(turns), size = __builtin_elementwise_abs(r);
  // Beyond a quarter turn the sine comes back.
  talea_double4 s = __builtin_elementwise_copysign(size > 0.25 ? 0.5 - size : size, r), z = s * s, z2 = z * z;
  talea_double4 low = talea_fused4(z, -0x1.4abbce624ad99p+5, 0x1.921fb54442bb4p+2);
  talea_double4 middle = talea_fused4(z, -0x1.32d2c9b2d1e09p+6, 0x1.466bc66ed3d1bp+6);
  talea_double4 high = talea_fused4(z, -0x1.e29b82abe495ap+3, 0x1.50770f6a5b483p+5);
  high = talea_fused4(z2, 0x1.d53abdf30b7a9p+1, high);
  return s * talea_fused4(z2, talea_fused4(z2, high, middle), low);
}

#include "Allpass.h"

#endif
