// The sums of Mix.h in lanes whose results lie side by side: they are stored four at a time, and nothing says where. What fills
// the last vector is stored behind them.
#ifndef TALEA_DENSE_LANES_H
#define TALEA_DENSE_LANES_H

static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_mix_dense_pairs_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, float *_Nonnull results, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 2, inputs += 2 * ports) {
    talea_float4 total = talea_mixed_pairs(cells, inputs, factors + lane, ports);
    infinite |= talea_infinite(total);
    memcpy(results + 2 * lane, &total, 16);
  }
  return __builtin_reduce_or(infinite) == 0;
}
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_mix_dense_singles_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, float *_Nonnull results, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 4, inputs += 4 * ports) {
    talea_float4 total = talea_mixed_singles(cells, inputs, factors + lane, ports);
    infinite |= talea_infinite(total);
    memcpy(results + lane, &total, 16);
  }
  return __builtin_reduce_or(infinite) == 0;
}
static inline TALEA_REALTIME bool talea_mix_dense_pairs(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, float *_Nonnull results, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  if (ports == 1) return talea_mix_dense_pairs_of(cells, inputs, results, factors, 1, count);
  if (ports == 2) return talea_mix_dense_pairs_of(cells, inputs, results, factors, 2, count);
  return talea_mix_dense_pairs_of(cells, inputs, results, factors, ports, count);
}
static inline TALEA_REALTIME bool talea_mix_dense_singles(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, float *_Nonnull results, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  if (ports == 1) return talea_mix_dense_singles_of(cells, inputs, results, factors, 1, count);
  if (ports == 2) return talea_mix_dense_singles_of(cells, inputs, results, factors, 2, count);
  return talea_mix_dense_singles_of(cells, inputs, results, factors, ports, count);
}
/// One frame of sections of one stage between cells that lie side by side on both sides: so many vectors of four.
static inline TALEA_REALTIME bool talea_section_dense(
    const float *_Nonnull x, float *_Nonnull results, double *_Nonnull groups, intptr_t vectors) {
  talea_int4 infinite = 0;
  for (intptr_t n = 0; n < vectors; n++) {
    talea_float4 y;
    memcpy(&y, x + 4 * n, 16);
    y = talea_stages(groups + 32 * n, 1, y);
    infinite |= talea_infinite(y);
    memcpy(results + 4 * n, &y, 16);
  }
  return __builtin_reduce_or(infinite) == 0;
}

#endif
