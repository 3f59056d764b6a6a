// The inner loops of effects on spectra. What follows from the bins' powers cannot be guessed by a processor, so nothing here
// branches on it.
#ifndef TALEA_SPECTRA_H
#define TALEA_SPECTRA_H

#pragma STDC FP_CONTRACT OFF

/// Finds powers above 0 that are larger than two on either side, or as large as those behind them.
///
/// `powers` has two zeros before it and behind it zeros up to two more than a multiple of eight. `flags` is 1 for these, else 0; both
/// it and `peaks` have room for a multiple of eight. Returns how many there are.
static inline TALEA_REALTIME intptr_t talea_find_peaks(
    const float *_Nonnull powers, uint8_t *_Nonnull flags, int32_t *_Nonnull peaks, intptr_t count) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  typedef uint8_t talea_byte8 __attribute__((ext_vector_type(8)));
  intptr_t found = 0;
  for (intptr_t k = 0; k < count; k += 8) {
    const float *place = powers + k;
    talea_float8 p = *(const vector *)place;
    talea_int8 is = (p > 0) & (p > *(const vector *)(place - 1)) & (p > *(const vector *)(place - 2)) &
                    (p >= *(const vector *)(place + 1)) & (p >= *(const vector *)(place + 2));
    talea_byte8 bytes = __builtin_convertvector(is & 1, talea_byte8);
    uint64_t bits;
    memcpy(&bits, &bytes, 8);
    memcpy(flags + k, &bytes, 8);
    for (int lane = 0; lane < 8; lane++, bits >>= 8) {
      peaks[found] = (int32_t)k + lane;
      found += bits & 1;
    }
  }
  return found;
}

/// Where what belongs to each peak begins: at the first of the least powers between it and the one before.
static inline TALEA_REALTIME void talea_find_valleys(
    const float *_Nonnull powers, const uint8_t *_Nonnull flags, int32_t *_Nonnull starts, intptr_t count) {
  // Powers are not negative, so that their bits are in order; above a place they find the first least one. As a double's bits
  // they are compared without a branch; the least exponent keeps them normal, and what begins anew is not a number.
  typedef uint64_t talea_bits2 __attribute__((ext_vector_type(2)));
  talea_bits2 least = (talea_bits2)UINT64_MAX;
  intptr_t peak = 0;
  for (intptr_t k = 0; k < count; k++) {
    uint32_t bits;
    memcpy(&bits, powers + k, 4);
    talea_bits2 here = {((uint64_t)bits << 32 | (uint64_t)k) + 0x0010000000000000, 0}, flag = {flags[k], 0};
    talea_double2 a = (talea_double2)least, b = (talea_double2)here;
    least = (talea_bits2)(a < b ? a : b);
    int32_t place = (int32_t)least[0];
    memcpy(starts + peak, &place, 4);
    peak += flags[k];
    least |= 0 - flag;
  }
}

/// The angle of points in turns, within 1e-13 of the turn: the arc tangent of the smaller over the larger, or of what is left
/// above an eighth of a turn, by a Chebyshev fit.
static inline TALEA_REALTIME talea_double4 talea_turns_of(talea_double4 x, talea_double4 y) {
  talea_double4 width = __builtin_elementwise_abs(x), height = __builtin_elementwise_abs(y);
  talea_double4 large = height > width ? height : width, small = height > width ? width : height;
  talea_long4 isSteep = small > large * 0x1.a827999fcef32p-2;
  talea_double4 q = (isSteep ? small - large : small) / (isSteep ? small + large : large), z = q * q;
  talea_double4 p = (talea_double4)0x1.40322941c2e31p-8;
  p = talea_fused4(p, z, -0x1.327f0b979f055p-7);
  p = talea_fused4(p, z, 0x1.8a7f75fe4e549p-7);
  p = talea_fused4(p, z, -0x1.d975ed8c4b483p-7);
  p = talea_fused4(p, z, 0x1.21b6c9b9a95adp-6);
  p = talea_fused4(p, z, -0x1.74834d676818ap-6);
  p = talea_fused4(p, z, 0x1.04c26b8eff8d1p-5);
  p = talea_fused4(p, z, -0x1.b2995e7af161ap-5);
  p = talea_fused4(p, z, 0x1.45f306dc9c7eep-3);
  talea_double4 turn = talea_fused4(q, p, isSteep ? (talea_double4)0.125 : (talea_double4)0);
  turn = height > width ? 0.25 - turn : turn;
  turn = x < 0 ? 0.5 - turn : turn;
  return y < 0 ? -turn : turn;
}

/// What makes up for a shift that is not a whole number, from its rest squared, up to a quarter: `pi x (1 - x^2) / sin(pi x)`,
/// within 4e-12.
static inline TALEA_REALTIME talea_double4 talea_shift_level(talea_double4 z) {
  talea_double4 p = talea_fused4(z, 0x1.d84ed46c98269p-10, 0x1.673eb92956302p-8);
  p = talea_fused4(p, z, 0x1.5e6669a14b43bp-6);
  p = talea_fused4(p, z, 0x1.3b8885209af4cp-4);
  p = talea_fused4(p, z, 0x1.fe38bfbb976a7p-3);
  p = talea_fused4(p, z, 0x1.4a34cc3ed7a24p-1);
  return talea_fused4(p, z, 0x1.0000000003c91p+0);
}

/// A spectrum, the one before, and the turns of its numbers so far.
typedef struct {
  const float *_Nonnull real, *_Nonnull imaginary, *_Nonnull last_real, *_Nonnull last_imaginary;
  const double *_Nonnull turns;
} talea_peak_source;
/// By how many numbers each peak is moved, its turn so far, and what it is multiplied by.
typedef struct {
  int32_t *_Nonnull wholes;
  double *_Nonnull turns;
  float *_Nonnull cosines, *_Nonnull sines;
} talea_peak_moves;

/// Where peaks go whose frequencies are multiplied by `1 + excess`, windows `step` of their length apart. Everything has room
/// for a multiple of four; `peaks` is filled up to one.
static inline TALEA_REALTIME void talea_shift_peaks(
    const talea_peak_source *_Nonnull source, const int32_t *_Nonnull peaks, const talea_peak_moves *_Nonnull moves,
    double excess, double step, intptr_t count) {
  for (intptr_t n = 0; n < count; n += 4) {
    int32_t i = peaks[n], j = peaks[n + 1], k = peaks[n + 2], l = peaks[n + 3];
#define TALEA_GATHERED(from) ((talea_double4){source->from[i], source->from[j], source->from[k], source->from[l]})
    talea_double4 place = {i, j, k, l}, turns = TALEA_GATHERED(turns);
    talea_double4 re = TALEA_GATHERED(real), im = TALEA_GATHERED(imaginary);
    talea_double4 a = TALEA_GATHERED(last_real), b = TALEA_GATHERED(last_imaginary);
#undef TALEA_GATHERED
    // The turn since the last window, less what the peak's own place has made in it.
    talea_double4 x = talea_fused4(im, b, re * a), y = talea_less_product4(im * a, re, b);
    talea_double4 width = __builtin_elementwise_abs(x), height = __builtin_elementwise_abs(y);
    talea_long4 isKnown = (width < __builtin_inf()) & (height < __builtin_inf()) & ((width > 0) | (height > 0));
    talea_double4 expected = place * step;
    talea_double4 rest = talea_turns_of(x, y) - (expected - __builtin_elementwise_floor(expected));
    rest -= __builtin_elementwise_rint(rest);
    talea_double4 frequency = isKnown ? place + rest / step : place;
    talea_double4 shift = frequency * excess, whole = __builtin_elementwise_rint(shift), part = shift - whole;
    talea_double4 turn = talea_fused4(shift, step, turns);
    turn -= __builtin_elementwise_floor(turn);
    turn = ((turn >= 0) & (turn <= 1)) ? turn : (talea_double4)0;
    talea_double4 angle = talea_fused4(part, 0.5, turn), level = talea_shift_level(part * part);
    typedef int32_t talea_whole4 __attribute__((ext_vector_type(4)));
    talea_whole4 wholes = __builtin_convertvector(whole, talea_whole4);
    talea_float4 c = talea_narrow(level * talea_sine_of_turns(angle + 0.25));
    talea_float4 s = talea_narrow(level * talea_sine_of_turns(angle));
    memcpy(moves->wholes + n, &wholes, sizeof wholes);
    memcpy(moves->turns + n, &turn, sizeof turn);
    memcpy(moves->cosines + n, &c, sizeof c);
    memcpy(moves->sines + n, &s, sizeof s);
  }
}

/// Where each number goes, the number `count` where that is outside the spectrum; and the turn that it keeps. `flags` is 1 where
/// what belongs to the next peak begins.
static inline TALEA_REALTIME void talea_place_numbers(
    const uint8_t *_Nonnull flags, const talea_peak_moves *_Nonnull moves, int32_t *_Nonnull targets, double *_Nonnull turns,
    float *_Nonnull cosines, float *_Nonnull sines, intptr_t count) {
  intptr_t peak = 0;
  for (intptr_t k = 0; k < count; k++) {
    peak += flags[k];
    int64_t target = k + moves->wholes[peak];
    targets[k] = (int32_t)((uint64_t)target < (uint64_t)count ? target : count);
    turns[k] = moves->turns[peak];
    cosines[k] = moves->cosines[peak];
    sines[k] = moves->sines[peak];
  }
}

/// Turns a number's real and imaginary part; adds it to `sums`, parts in turn, in its new place.
static inline TALEA_REALTIME void talea_add_moved(
    float *_Nonnull sums, const int32_t *_Nonnull targets, const float *_Nonnull real, const float *_Nonnull imaginary, intptr_t count) {
  for (intptr_t k = 0; k < count; k++) {
    float *sum = sums + 2 * (intptr_t)targets[k];
    typedef float pair __attribute__((ext_vector_type(2)));
    pair value = {real[k], imaginary[k]}, old;
    memcpy(&old, sum, sizeof old);
    old += value;
    memcpy(sum, &old, sizeof old);
  }
}

#endif
