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

static NARROW void run_narrow(
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

static WIDE void run_wide(
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

void talea_biquads_in_series(
    double *const *sections, const bool *rounds, intptr_t section_count, double *frames, intptr_t frame_count, bool is_wide) {
  const intptr_t most = is_wide ? 16 : 8;
  for (intptr_t runs = (section_count + most - 1) / most; runs > 0; runs--) {
    // As equal as can be: none of one section. Four fill wide vectors only once, and wait for each other as long.
    const intptr_t count = (section_count + runs - 1) / runs;
    (is_wide && count > 4 ? run_wide : run_narrow)(sections, rounds, count, frames, frame_count);
    if (rounds && runs > 1 && rounds[count - 1]) talea_round_to_single(frames, 2 * frame_count);
    if (rounds) rounds += count;
    sections += count;
    section_count -= count;
  }
}
