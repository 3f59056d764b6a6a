#include "BiquadParts.h"

// A lane holds a channel, and the sections of a frame follow each other. What can be done of the next frames meanwhile hides the
// time that takes.

/// One function for each kind of vector; the number of sections is known where it is inlined, so that their memory stays in
/// registers.
#define RUN_ACROSS(VECTOR, TARGET)                                                                                          \
  INLINED TARGET void run_##VECTOR(                                                    \
      double *const *sections, intptr_t pair_step, const intptr_t count, double *frames, intptr_t frame_count) {            \
    enum { pair_count = sizeof(VECTOR) / sizeof(talea_double2) };                                                            \
    VECTOR parts[talea_most_sections_across][part_count];                                                                   \
    double *places[talea_most_sections_across][pair_count];                                                                 \
    for (intptr_t s = 0; s < count; s++) {                                                                                  \
      for (intptr_t pair = 0; pair < pair_count; pair++) places[s][pair] = sections[s + pair * pair_step];                  \
      for (int part = 0; part < part_count; part++) parts[s][part] = gathered_##VECTOR(places[s], part);                    \
    }                                                                                                                       \
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
      for (int part = first_memory; part < part_count; part++) scatter_##VECTOR(parts[s][part], places[s], part);     \
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
