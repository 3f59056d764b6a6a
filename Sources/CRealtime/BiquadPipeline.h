// Sections in series as a skewed pipeline, for VECTOR and TARGET, which it undefines.
//
// Of V groups, group v holds the sections v, v + V, v + 2V, ... in pairs of lanes; at step t, section s works on frame t - 2s. So
// each group reads what the one before it wrote two steps earlier, the first one what the last one wrote, a pair of lanes
// further, and all are independent within a step. With one step between, each would wait for the two multiply-adds of the one
// before: a third more time.

#define JOINED(a, b) a##_##b
#define NAMED(a, b) JOINED(a, b)
#define GROUP NAMED(group, VECTOR)
#define MASK NAMED(VECTOR, mask)

typedef struct {
  VECTOR parts[part_count];
  /// The output of the step before the last, as the next section reads it.
  VECTOR former;
  /// The lanes whose output is rounded to single precision.
  MASK rounds;
  /// The step at which the sections start.
  MASK start;
} GROUP;

INLINED TARGET void NAMED(step, VECTOR)(GROUP *g, VECTOR x, const bool is_rounded) {
  VECTOR y = __builtin_elementwise_fma(g->parts[a1], g->parts[y1], __builtin_elementwise_fma(g->parts[b0], x, g->parts[rest]));
  VECTOR next = __builtin_elementwise_fma(g->parts[b1], x, g->parts[b2] * g->parts[x1]);
  g->parts[rest] = __builtin_elementwise_fma(g->parts[a2], g->parts[y1], next);
  g->former = g->parts[y1];
  if (is_rounded) g->former = g->rounds ? NAMED(rounded, VECTOR)(g->former) : g->former;
  g->parts[x1] = x;
  g->parts[y1] = y;
}

/// A pair of lanes is due between the first and the last step of its section; the others keep their memory.
INLINED TARGET void NAMED(step_due, VECTOR)(GROUP *g, VECTOR x, const bool is_rounded, intptr_t t, intptr_t frame_count) {
  GROUP before = *g;
  NAMED(step, VECTOR)(g, x, is_rounded);
  MASK due = (g->start <= (MASK)t) & (g->start > (MASK)(t - frame_count));
  for (int part = first_memory; part < part_count; part++) g->parts[part] = due ? g->parts[part] : before.parts[part];
}

INLINED TARGET void NAMED(pipeline, VECTOR)(
    double *const *sections, const bool *rounds, const intptr_t count, double *frames, intptr_t frame_count) {
  enum { lane_count = sizeof(VECTOR) / sizeof(double), pair_count = lane_count / 2, most_groups = 4 };
  const intptr_t groups = (count + pair_count - 1) / pair_count, skew = 2 * (count - 1);
  // The section that gives the result, and its pair of lanes.
  const intptr_t last_group = (count - 1) % groups, last_lane = 2 * ((count - 1) / groups);
  const bool is_rounded = rounds != NULL;
  GROUP g[most_groups];
  double *places[most_groups][pair_count];
  for (intptr_t v = 0; v < groups; v++) {
    for (intptr_t pair = 0; pair < pair_count; pair++) {
      intptr_t s = v + pair * groups;
      places[v][pair] = s < count ? sections[s] : NULL;
      for (intptr_t lane = 2 * pair; lane < 2 * pair + 2; lane++) {
        g[v].start[lane] = 2 * s;
        g[v].rounds[lane] = is_rounded && s < count && rounds[s] ? -1 : 0;
      }
    }
    for (int part = 0; part < part_count; part++) g[v].parts[part] = NAMED(gathered, VECTOR)(places[v], part);
    g[v].former = g[v].parts[y1];
  }
#define DUE(t)                                                                                                           \
  {                                                                                                                      \
    VECTOR carried = g[groups - 1].former;                                                                               \
    talea_double2 frame = 0;                                                                                             \
    if ((t) < frame_count) frame = pair_at(frames + 2 * (t));                                                            \
    for (intptr_t v = groups - 1; v > 0; v--)                                                                            \
      NAMED(step_due, VECTOR)(&g[v], g[v - 1].former, is_rounded, t, frame_count);                                       \
    NAMED(step_due, VECTOR)(&g[0], NAMED(shifted, VECTOR)(frame, carried), is_rounded, t, frame_count);                  \
  }
#define GIVE(t)                                           \
  {                                                       \
    VECTOR y = g[last_group].parts[y1];                   \
    frames[2 * ((t) - skew)] = y[last_lane];              \
    frames[2 * ((t) - skew) + 1] = y[last_lane + 1];      \
  }
  _Pragma("clang loop unroll(disable)") for (intptr_t t = 0; t < skew; t++) DUE(t);
  _Pragma("clang loop unroll(disable)") for (intptr_t t = skew; t < frame_count; t++) {
    VECTOR carried = g[groups - 1].former;
    for (intptr_t v = groups - 1; v > 0; v--) NAMED(step, VECTOR)(&g[v], g[v - 1].former, is_rounded);
    NAMED(step, VECTOR)(&g[0], NAMED(shifted, VECTOR)(pair_at(frames + 2 * t), carried), is_rounded);
    GIVE(t);
  }
  const intptr_t last_steps = frame_count > skew ? frame_count : skew;
  _Pragma("clang loop unroll(disable)") for (intptr_t t = last_steps; t < frame_count + skew; t++) {
    DUE(t);
    GIVE(t);
  }
  for (intptr_t v = 0; v < groups; v++)
    for (int part = first_memory; part < part_count; part++) NAMED(scatter, VECTOR)(g[v].parts[part], places[v], part);
}

#undef DUE
#undef GIVE
#undef JOINED
#undef NAMED
#undef GROUP
#undef MASK
#undef VECTOR
#undef TARGET
