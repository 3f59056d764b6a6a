#include "BiquadParts.h"

bool talea_has_wide_doubles(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi2");
#else
  return false;
#endif
}

#define VECTOR narrow
#define TARGET NARROW
#include "BiquadPipeline.h"
#define VECTOR wide
#define TARGET WIDE
#include "BiquadPipeline.h"

// The number of sections is known where the pipeline is inlined, so that what it keeps stays in registers.
#define CASE(KIND, COUNT) \
  case COUNT:             \
    if (rounds)           \
      pipeline_##KIND(sections, rounds, COUNT, frames, frame_count); \
    else                  \
      pipeline_##KIND(sections, NULL, COUNT, frames, frame_count);   \
    break;

NARROW void talea_biquads_in_narrow_series(
    double *const *sections, const bool *rounds, intptr_t section_count, double *frames, intptr_t frame_count) {
  switch (section_count) {
    CASE(narrow, 2)
    CASE(narrow, 3)
    CASE(narrow, 4)
    CASE(narrow, 5)
    CASE(narrow, 6)
    CASE(narrow, 7)
    CASE(narrow, 8)
  }
}

WIDE void talea_biquads_in_wide_series(
    double *const *sections, const bool *rounds, intptr_t section_count, double *frames, intptr_t frame_count) {
  switch (section_count) {
    CASE(wide, 2)
    CASE(wide, 3)
    CASE(wide, 4)
    CASE(wide, 5)
    CASE(wide, 6)
    CASE(wide, 7)
    CASE(wide, 8)
    CASE(wide, 9)
    CASE(wide, 10)
    CASE(wide, 11)
    CASE(wide, 12)
    CASE(wide, 13)
    CASE(wide, 14)
    CASE(wide, 15)
    CASE(wide, 16)
  }
}
