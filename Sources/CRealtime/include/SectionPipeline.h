// Second-order sections in series, each with a rounding to single precision behind it: effects of one section each, one behind
// the other, stepped as one.
#ifndef TALEA_SECTION_PIPELINE_H
#define TALEA_SECTION_PIPELINE_H

/// Two sections for two channels, aligned as Swift can: coefficients (those of the feedback negated), the last input, the last output, and what the past
/// adds to the next frame but for the last output. Lanes 0 and 1 hold the channels of one section, lanes 2 and 3 those of the
/// section that comes as many later as there are groups in the pipeline.
typedef talea_double4 talea_section_lanes __attribute__((aligned(16)));
typedef struct {
  talea_section_lanes b0, b1, b2, a1, a2, x1, y1, rest;
} talea_section_group;

#define TALEA_SECTIONS static inline __attribute__((always_inline)) TALEA_REALTIME

/// One frame, in the order of operations of `SectionSeries`.
TALEA_SECTIONS void talea_section_step(talea_section_group *_Nonnull g, talea_double4 x) {
  talea_double4 y = __builtin_elementwise_fma(g->a1, g->y1, __builtin_elementwise_fma(g->b0, x, g->rest));
  g->rest = __builtin_elementwise_fma(g->a2, g->y1, __builtin_elementwise_fma(g->b1, x, g->b2 * g->x1));
  g->x1 = x;
  g->y1 = y;
}
TALEA_SECTIONS talea_double4 talea_section_input(const float *_Nonnull pair, talea_float4 carried) {
  talea_float4 x = {pair[0], pair[1], carried[0], carried[1]};
  return talea_widen(x);
}
/// One step in which not every section has a frame: section s works on frame `t` - s. The others keep their memory.
static inline TALEA_REALTIME void talea_section_edge(
    talea_section_group *_Nonnull groups, intptr_t groupCount, const float *_Nonnull pairs, intptr_t frames, intptr_t t) {
  static const float none[2] = {0, 0};
  talea_float4 carried = talea_narrow(groups[groupCount - 1].y1);
  for (intptr_t v = groupCount - 1; v >= 0; v--) {
    talea_section_group former = groups[v];
    talea_double4 x = v > 0 ? talea_widen(talea_narrow(groups[v - 1].y1))
                            : talea_section_input(t < frames ? pairs + 2 * t : none, carried);
    talea_section_step(groups + v, x);
    for (int half = 0; half < 2; half++) {
      intptr_t frame = t - v - half * groupCount;
      if (frame >= 0 && frame < frames) continue;
      for (int lane = 2 * half; lane < 2 * half + 2; lane++) {
        groups[v].x1[lane] = former.x1[lane];
        groups[v].y1[lane] = former.y1[lane];
        groups[v].rest[lane] = former.rest[lane];
      }
    }
  }
}
TALEA_SECTIONS void talea_section_output(
    const talea_section_group *_Nonnull groups, intptr_t groupCount, bool isOdd, float *_Nonnull pair) {
  talea_float4 y = talea_narrow(groups[isOdd ? groupCount - 2 : groupCount - 1].y1);
  memcpy(pair, (const char *)&y + 8, 8);
}
/// The steps at which every section has a frame, with the memory in registers.
TALEA_SECTIONS void talea_section_steps(
    talea_section_group *_Nonnull groups, const intptr_t groupCount, const bool isOdd, float *_Nonnull pairs, intptr_t frames) {
  const intptr_t skew = 2 * groupCount - 1 - isOdd;
  talea_double4 x1[4], y1[4], rest[4];
  _Pragma("clang loop unroll(full)") for (intptr_t v = 0; v < groupCount; v++)
    x1[v] = groups[v].x1, y1[v] = groups[v].y1, rest[v] = groups[v].rest;
  _Pragma("clang loop unroll(disable)") for (intptr_t t = skew; t < frames; t++) {
    talea_double4 x[4];
    x[0] = talea_section_input(pairs + 2 * t, talea_narrow(y1[groupCount - 1]));
    _Pragma("clang loop unroll(full)") for (intptr_t v = 1; v < groupCount; v++) x[v] = talea_widen(talea_narrow(y1[v - 1]));
    _Pragma("clang loop unroll(full)") for (intptr_t v = groupCount - 1; v >= 0; v--) {
      const talea_section_group *g = groups + v;
      talea_double4 y = __builtin_elementwise_fma(g->a1, y1[v], __builtin_elementwise_fma(g->b0, x[v], rest[v]));
      rest[v] = __builtin_elementwise_fma(g->a2, y1[v], __builtin_elementwise_fma(g->b1, x[v], g->b2 * x1[v]));
      x1[v] = x[v];
      y1[v] = y;
    }
    talea_float4 out = talea_narrow(y1[isOdd ? groupCount - 2 : groupCount - 1]);
    memcpy(pairs + 2 * (t - skew), (const char *)&out + 8, 8);
  }
  _Pragma("clang loop unroll(full)") for (intptr_t v = 0; v < groupCount; v++)
    groups[v].x1 = x1[v], groups[v].y1 = y1[v], groups[v].rest = rest[v];
}
/// Filters pairs of samples in place by 2 to 8 sections in series, as a skewed pipeline: group v holds the sections v and
/// v + the number of groups; at step t, section s works on frame t - s. Of an odd number the last group has one section.
///
/// - Precondition: there are more frames than sections.
static inline TALEA_REALTIME void talea_section_pipeline(
    talea_section_group *_Nonnull groups, intptr_t sectionCount, float *_Nonnull pairs, intptr_t frames) {
  intptr_t groupCount = (sectionCount + 1) / 2;
  bool isOdd = sectionCount % 2 != 0;
  for (intptr_t t = 0; t < sectionCount - 1; t++) talea_section_edge(groups, groupCount, pairs, frames, t);
  switch (sectionCount) {
    case 2: talea_section_steps(groups, 1, false, pairs, frames); break;
    case 3: talea_section_steps(groups, 2, true, pairs, frames); break;
    case 4: talea_section_steps(groups, 2, false, pairs, frames); break;
    case 5: talea_section_steps(groups, 3, true, pairs, frames); break;
    case 6: talea_section_steps(groups, 3, false, pairs, frames); break;
    case 7: talea_section_steps(groups, 4, true, pairs, frames); break;
    default: talea_section_steps(groups, 4, false, pairs, frames); break;
  }
  for (intptr_t t = frames; t < frames + sectionCount - 1; t++) {
    talea_section_edge(groups, groupCount, pairs, frames, t);
    talea_section_output(groups, groupCount, isOdd, pairs + 2 * (t - sectionCount + 1));
  }
}

/// Two channels to pairs, and back. Without a second channel it is silence.
static inline TALEA_REALTIME void talea_make_pairs(
    float *_Nonnull pairs, const float *_Nonnull left, const float *_Nullable right, intptr_t frames) {
  if (right) {
    _Pragma("clang loop vectorize(assume_safety)") for (intptr_t n = 0; n < frames; n++)
      pairs[2 * n] = left[n], pairs[2 * n + 1] = right[n];
  } else {
    _Pragma("clang loop vectorize(assume_safety)") for (intptr_t n = 0; n < frames; n++)
      pairs[2 * n] = left[n], pairs[2 * n + 1] = 0;
  }
}
static inline TALEA_REALTIME void talea_part_pairs(
    const float *_Nonnull pairs, float *_Nonnull left, float *_Nullable right, intptr_t frames) {
  _Pragma("clang loop vectorize(assume_safety)") for (intptr_t n = 0; n < frames; n++) left[n] = pairs[2 * n];
  if (right) _Pragma("clang loop vectorize(assume_safety)") for (intptr_t n = 0; n < frames; n++) right[n] = pairs[2 * n + 1];
}

#endif
