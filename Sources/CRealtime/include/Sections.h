// One frame of second-order sections in lanes over a memory of cells: in each lane a cell goes through all stages in double
// precision and is rounded once behind the last. A group holds four lanes of one stage, eight rows: b0, b1, b2, -a1, -a2, the
// last input, the last output, and what the next output adds; the stages of the same lanes lie one after the other. Groups are
// aligned to their lanes. The functions return whether all results are finite.
#ifndef TALEA_SECTIONS_H
#define TALEA_SECTIONS_H

/// The same order of operations as `BiquadSection.step`.
static inline __attribute__((always_inline)) TALEA_REALTIME talea_double4 talea_section(
    talea_double4 *_Nonnull g, talea_double4 x) {
  talea_double4 y1 = g[6], y = talea_fused4(g[3], y1, talea_fused4(g[0], x, g[7]));
  g[7] = talea_fused4(g[4], y1, talea_fused4(g[1], x, g[2] * g[5]));
  g[5] = x;
  g[6] = y;
  return y;
}
static inline __attribute__((always_inline)) TALEA_REALTIME talea_float4 talea_stages(
    double *_Nonnull groups, intptr_t stages, talea_float4 x) {
  talea_double4 y = talea_section((talea_double4 *)groups, talea_widen(x));
  for (intptr_t stage = 1; stage < stages; stage++) y = talea_section((talea_double4 *)groups + 8 * stage, y);
  return talea_narrow(y);
}
/// Lanes of two neighbouring cells, an even number of them.
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_section_pairs_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, double *_Nonnull groups,
    intptr_t stages, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 2, groups += 32 * stages) {
    talea_float4 y = talea_stages(groups, stages, talea_two_pairs(cells + inputs[lane], cells + inputs[lane + 1]));
    infinite |= talea_infinite(y);
    memcpy(cells + outputs[lane], &y, 8);
    memcpy(cells + outputs[lane + 1], (const char *)&y + 8, 8);
  }
  return __builtin_reduce_or(infinite) == 0;
}
/// Lanes of one cell, a multiple of four of them.
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_section_singles_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, double *_Nonnull groups,
    intptr_t stages, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 4, groups += 32 * stages) {
    const int32_t *from = inputs + lane;
    talea_float4 x = {cells[from[0]], cells[from[1]], cells[from[2]], cells[from[3]]};
    x = talea_stages(groups, stages, x);
    infinite |= talea_infinite(x);
    for (int place = 0; place < 4; place++) cells[outputs[lane + place]] = x[place];
  }
  return __builtin_reduce_or(infinite) == 0;
}
static inline TALEA_REALTIME bool talea_section_pairs(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, double *_Nonnull groups,
    intptr_t stages, intptr_t count) {
  if (stages == 1) return talea_section_pairs_of(cells, inputs, outputs, groups, 1, count);
  return talea_section_pairs_of(cells, inputs, outputs, groups, stages, count);
}
static inline TALEA_REALTIME bool talea_section_singles(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, double *_Nonnull groups,
    intptr_t stages, intptr_t count) {
  if (stages == 1) return talea_section_singles_of(cells, inputs, outputs, groups, 1, count);
  return talea_section_singles_of(cells, inputs, outputs, groups, stages, count);
}

#endif
