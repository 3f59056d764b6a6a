#include "BiquadParts.h"

#if defined(__x86_64__)

// A lane holds a channel, and the sections of a frame follow each other. What can be done of the next frames meanwhile hides the
// time that takes.

typedef talea_double4 narrow;

static inline __attribute__((always_inline)) NARROW narrow gathered_narrow(double *const *section, intptr_t pair_step, int part) {
  const intptr_t place = part * part_step;
  return __builtin_shufflevector(talea_pair_at(section[0] + place), talea_pair_at(section[pair_step] + place), 0, 1, 2, 3);
}
static inline __attribute__((always_inline)) NARROW void scatter_narrow(
    narrow x, double *const *section, intptr_t pair_step, int part) {
  talea_double2 low = __builtin_shufflevector(x, x, 0, 1), high = __builtin_shufflevector(x, x, 2, 3);
  memcpy(section[0] + part * part_step, &low, sizeof low);
  memcpy(section[pair_step] + part * part_step, &high, sizeof high);
}
static inline __attribute__((always_inline)) WIDE wide gathered_wide(double *const *section, intptr_t pair_step, int part) {
  narrow low = gathered_narrow(section, pair_step, part), high = gathered_narrow(section + 2 * pair_step, pair_step, part);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
static inline __attribute__((always_inline)) WIDE void scatter_wide(wide x, double *const *section, intptr_t pair_step, int part) {
  scatter_narrow(__builtin_shufflevector(x, x, 0, 1, 2, 3), section, pair_step, part);
  scatter_narrow(__builtin_shufflevector(x, x, 4, 5, 6, 7), section + 2 * pair_step, pair_step, part);
}

/// One function for each kind of vector; the number of sections is known where it is inlined, so that their memory stays in
/// registers.
#define RUN_ACROSS(VECTOR, TARGET)                                                                                          \
  static inline __attribute__((always_inline)) TARGET void run_##VECTOR(                                                    \
      double *const *sections, intptr_t pair_step, const intptr_t count, double *frames, intptr_t frame_count) {            \
    VECTOR parts[talea_most_sections_across][part_count];                                                                   \
    for (intptr_t s = 0; s < count; s++)                                                                                    \
      for (int part = 0; part < part_count; part++) parts[s][part] = gathered_##VECTOR(sections + s, pair_step, part);      \
    _Pragma("clang loop unroll(disable)") for (intptr_t n = 0; n < frame_count; n++) {                                      \
      VECTOR x;                                                                                                             \
      double *place = frames + n * (intptr_t)(sizeof x / sizeof *frames);                                                   \
      memcpy(&x, place, sizeof x);                                                                                          \
      for (intptr_t s = 0; s < count; s++) {                                                                                \
        VECTOR *p = parts[s];                                                                                               \
        VECTOR y = __builtin_elementwise_fma(p[a1], p[y1], __builtin_elementwise_fma(p[b0], x, p[rest]));                   \
        p[rest] = __builtin_elementwise_fma(p[a2], p[y1], __builtin_elementwise_fma(p[b1], x, p[b2] * p[x1]));              \
        p[x1] = x;                                                                                                          \
        p[y1] = y;                                                                                                          \
        x = y;                                                                                                              \
      }                                                                                                                     \
      memcpy(place, &x, sizeof x);                                                                                          \
    }                                                                                                                       \
    for (intptr_t s = 0; s < count; s++)                                                                                    \
      for (int part = first_memory; part < part_count; part++) scatter_##VECTOR(parts[s][part], sections + s, pair_step, part); \
  }

#define SWITCH_ACROSS(VECTOR)                                                     \
  switch (section_count) {                                                        \
    case 1: run_##VECTOR(sections, pair_step, 1, frames, frame_count); break;     \
    case 2: run_##VECTOR(sections, pair_step, 2, frames, frame_count); break;     \
    case 3: run_##VECTOR(sections, pair_step, 3, frames, frame_count); break;     \
    case 4: run_##VECTOR(sections, pair_step, 4, frames, frame_count); break;     \
    default: run_##VECTOR(sections, pair_step, 5, frames, frame_count); break;    \
  }

RUN_ACROSS(narrow, NARROW)
RUN_ACROSS(wide, WIDE)

NARROW void talea_biquads_across_four(
    double *const *sections, intptr_t pair_step, intptr_t section_count, double *frames, intptr_t frame_count) {
  SWITCH_ACROSS(narrow)
}

WIDE void talea_biquads_across_eight(
    double *const *sections, intptr_t pair_step, intptr_t section_count, double *frames, intptr_t frame_count) {
  SWITCH_ACROSS(wide)
}

#endif
