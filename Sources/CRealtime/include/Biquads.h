// Second-order sections in vectors: many in series over two channels, or a few in series over many channels.
#ifndef TALEA_BIQUADS_H
#define TALEA_BIQUADS_H

/// Whether this processor has vectors of eight doubles, of a generation that does not slow down for them.
TALEA_REALTIME bool talea_has_wide_doubles(void);

/// Runs sections in series over pairs of channels, in place, to the bits of one section after the other: in pipelines of up to
/// eight sections, or sixteen where vectors are wide.
///
/// - Parameters:
///   - sections: For each section where its first pair of numbers lies. Its others follow in steps of four numbers: b0, b1, b2,
///     -a1, -a2, the last input, the last output, and the rest (see `BiquadGroup`).
///   - rounds: For each section but the last, whether the next one reads its output in single precision; null: none does.
///   - section_count: At least two.
///   - is_wide: Only where `talea_has_wide_doubles`.
TALEA_REALTIME void talea_biquads_in_series(
    double *_Nonnull const *_Nonnull sections, const bool *_Nullable rounds, intptr_t section_count, double *_Nonnull frames,
    intptr_t frame_count, bool is_wide);

/// The most sections of one run over several channels.
enum { talea_most_sections_across = 5 };

/// Runs sections in series over frames of four or eight channels, in place, to the same bits.
///
/// - Parameters:
///   - sections: As above, of each pair of channels in turn; one pair's lie `pair_step` places behind those of the one before.
TALEA_REALTIME void talea_biquads_across_four(
    double *_Nonnull const *_Nonnull sections, intptr_t pair_step, intptr_t section_count, double *_Nonnull frames,
    intptr_t frame_count);
/// Where `talea_has_wide_doubles`.
TALEA_REALTIME void talea_biquads_across_eight(
    double *_Nonnull const *_Nonnull sections, intptr_t pair_step, intptr_t section_count, double *_Nonnull frames,
    intptr_t frame_count);

/// Four channels to frames of doubles, and back: `step` numbers lie from one frame to the next.
static inline TALEA_REALTIME void talea_gather_four(
    const float *_Nonnull a, const float *_Nonnull b, const float *_Nonnull c, const float *_Nonnull d,
    double *_Nonnull frames, intptr_t step, intptr_t frame_count) {
  for (intptr_t n = 0; n < frame_count; n++) {
    talea_float4 x = {a[n], b[n], c[n], d[n]};
    talea_double4 y = talea_widen(x);
    memcpy(frames + n * step, &y, sizeof y);
  }
}
static inline TALEA_REALTIME void talea_spread_four(
    const double *_Nonnull frames, intptr_t step, float *_Nonnull a, float *_Nonnull b, float *_Nonnull c, float *_Nonnull d,
    intptr_t frame_count) {
  for (intptr_t n = 0; n < frame_count; n++) {
    talea_double4 y;
    memcpy(&y, frames + n * step, sizeof y);
    talea_float4 x = talea_narrow(y);
    a[n] = x[0], b[n] = x[1], c[n] = x[2], d[n] = x[3];
  }
}

/// Two channels to pairs of doubles, and back. Without a second channel it is silence.
static inline TALEA_REALTIME void talea_make_pairs(
    double *_Nonnull pairs, const float *_Nonnull left, const float *_Nullable right, intptr_t frame_count) {
  for (intptr_t n = 0; n < frame_count; n++) {
    talea_double2 pair = {left[n], right ? right[n] : 0};
    memcpy(pairs + 2 * n, &pair, sizeof pair);
  }
}
static inline TALEA_REALTIME void talea_part_pairs(
    const double *_Nonnull pairs, float *_Nonnull left, float *_Nullable right, intptr_t frame_count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < frame_count; n++) left[n] = (float)pairs[2 * n];
  if (right) TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < frame_count; n++) right[n] = (float)pairs[2 * n + 1];
}
/// Rounds numbers to single precision where they lie. Returns whether all are finite then.
static inline TALEA_REALTIME bool talea_round_to_single(double *_Nonnull numbers, intptr_t count) {
  talea_double4 rests = 0;
  double rest = 0;
  intptr_t n = 0;
  for (; n + 4 <= count; n += 4) {
    talea_double4 x;
    memcpy(&x, numbers + n, sizeof x);
    x = talea_widen(talea_narrow(x));
    rests += x * 0;
    memcpy(numbers + n, &x, sizeof x);
  }
  for (; n < count; n++) {
    numbers[n] = (float)numbers[n];
    rest += numbers[n] * 0;
  }
  return __builtin_reduce_and(rests == rests) && rest == rest;
}

#endif
