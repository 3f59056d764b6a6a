#include "BiquadParts.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)

bool talea_has_wide_doubles(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi2");
}

typedef int64_t mask __attribute__((ext_vector_type(8)));
enum { most_groups = 4 };

/// Of V groups, group v holds the sections v, v + V, v + 2V and v + 3V in pairs of lanes; at step t, section s works on frame
/// t - 2s. So each group reads what the one before it wrote two steps earlier, the first one what the last one wrote, a pair
/// of lanes further, and all are independent within a step. With one step between, each would wait for the two
/// multiply-adds of the one before: a third more time.
typedef struct {
  wide parts[part_count];
  /// The output of the step before the last.
  wide former;
} group;

static inline __attribute__((always_inline)) WIDE void step(group *g, wide x) {
  wide y = __builtin_elementwise_fma(g->parts[a1], g->parts[y1], __builtin_elementwise_fma(g->parts[b0], x, g->parts[rest]));
  wide next = __builtin_elementwise_fma(g->parts[b1], x, g->parts[b2] * g->parts[x1]);
  g->parts[rest] = __builtin_elementwise_fma(g->parts[a2], g->parts[y1], next);
  g->former = g->parts[y1];
  g->parts[x1] = x;
  g->parts[y1] = y;
}

/// A pair of lanes is due between the first and the last step of its section; the others keep their memory.
static inline __attribute__((always_inline)) WIDE void step_due(group *g, wide x, mask start, intptr_t t, intptr_t frame_count) {
  group before = *g;
  step(g, x);
  mask due = (start <= (mask)t) & (start > (mask)(t - frame_count));
  for (int part = first_memory; part < part_count; part++)
    g->parts[part] = due ? g->parts[part] : before.parts[part];
}

static inline __attribute__((always_inline)) WIDE wide first_input(const double *frame, wide last) {
  wide pair = {frame[0], frame[1]};
  return __builtin_shufflevector(pair, last, 0, 1, 8, 9, 10, 11, 12, 13);
}

/// The pairs of the sections v, v + V, v + 2V and v + 3V; silence beyond the last section.
static inline __attribute__((always_inline)) WIDE wide gathered(
    double *const *sections, const intptr_t count, const intptr_t v, const intptr_t groups, const int part) {
  const double *places[4];
  const double silence[2] = {0, 0};
  for (int pair = 0; pair < 4; pair++)
    places[pair] = v + pair * groups < count ? sections[v + pair * groups] + part * part_step : silence;
  talea_double4 low = __builtin_shufflevector(talea_pair_at(places[0]), talea_pair_at(places[1]), 0, 1, 2, 3);
  talea_double4 high = __builtin_shufflevector(talea_pair_at(places[2]), talea_pair_at(places[3]), 0, 1, 2, 3);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline __attribute__((always_inline)) WIDE void scatter(
    wide x, double *const *sections, const intptr_t count, const intptr_t v, const intptr_t groups, const int part) {
  talea_double2 pairs[4] = {
      __builtin_shufflevector(x, x, 0, 1), __builtin_shufflevector(x, x, 2, 3), __builtin_shufflevector(x, x, 4, 5),
      __builtin_shufflevector(x, x, 6, 7)};
  for (int pair = 0; pair < 4; pair++)
    if (v + pair * groups < count) memcpy(sections[v + pair * groups] + part * part_step, &pairs[pair], sizeof pairs[pair]);
}

static inline __attribute__((always_inline)) WIDE void run(
    double *const *sections, const intptr_t count, double *frames, intptr_t frame_count) {
  const intptr_t groups = (count + 3) / 4, skew = 2 * (count - 1);
  // The section that gives the result, and its pair of lanes.
  const intptr_t last_group = (count - 1) % groups, last_lane = 2 * ((count - 1) / groups);
  group g[most_groups];
  // The step at which the sections of each lane start.
  mask start[most_groups];
  for (intptr_t v = 0; v < groups; v++) {
    start[v] = (mask){v, v, v + groups, v + groups, v + 2 * groups, v + 2 * groups, v + 3 * groups, v + 3 * groups} * 2;
    for (int part = 0; part < part_count; part++) g[v].parts[part] = gathered(sections, count, v, groups, part);
    g[v].former = g[v].parts[y1];
  }
  const double silence[2] = {0, 0};
  // The first steps, and at the end the last ones.
#define GENERAL_STEP(t)                                                                                          \
  {                                                                                                              \
    wide carried = g[groups - 1].former;                                                                         \
    for (intptr_t v = groups - 1; v > 0; v--) step_due(&g[v], g[v - 1].former, start[v], t, frame_count);          \
    step_due(&g[0], first_input((t) < frame_count ? frames + 2 * (t) : silence, carried), start[0], t, frame_count); \
  }
#define GIVE(t)                                                    \
  {                                                                \
    wide y = g[last_group].parts[y1];                              \
    frames[2 * ((t) - skew)] = y[last_lane];                       \
    frames[2 * ((t) - skew) + 1] = y[last_lane + 1];               \
  }
  _Pragma("clang loop unroll(disable)") for (intptr_t t = 0; t < skew; t++) GENERAL_STEP(t);
  _Pragma("clang loop unroll(disable)") for (intptr_t t = skew; t < frame_count; t++) {
    wide carried = g[groups - 1].former;
    for (intptr_t v = groups - 1; v > 0; v--) step(&g[v], g[v - 1].former);
    step(&g[0], first_input(frames + 2 * t, carried));
    GIVE(t);
  }
  _Pragma("clang loop unroll(disable)") for (intptr_t t = frame_count > skew ? frame_count : skew;
                                               t < frame_count + skew; t++) {
    GENERAL_STEP(t);
    GIVE(t);
  }
#undef GENERAL_STEP
#undef GIVE
  for (intptr_t v = 0; v < groups; v++)
    for (int part = first_memory; part < part_count; part++)
      scatter(g[v].parts[part], sections, count, v, groups, part);
}

WIDE void talea_wide_biquads(double *const *sections, intptr_t section_count, double *frames, intptr_t frame_count) {
  switch (section_count) {
  case 4: run(sections, 4, frames, frame_count); break;
  case 6: run(sections, 6, frames, frame_count); break;
  case 8: run(sections, 8, frames, frame_count); break;
  case 10: run(sections, 10, frames, frame_count); break;
  case 12: run(sections, 12, frames, frame_count); break;
  case 14: run(sections, 14, frames, frame_count); break;
  default: run(sections, 16, frames, frame_count); break;
  }
}

#else

bool talea_has_wide_doubles(void) { return false; }
void talea_wide_biquads(double *const *sections, intptr_t section_count, double *frames, intptr_t frame_count) {}

#endif
