#include "CLimits.h"

typedef float wide __attribute__((ext_vector_type(16)));

#if defined(__x86_64__)
bool has_wide_vectors(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f");
}
__attribute__((target("avx512f")))
#else
bool has_wide_vectors(void) { return false; }
#endif
float wide_multiply_adds(intptr_t turns, float start) {
  wide x = start, sums[12];
  for (int place = 0; place < 12; place++) sums[place] = start * (float)(place + 1);
  for (intptr_t turn = 0; turn < turns; turn++)
    for (int place = 0; place < 12; place++) sums[place] = __builtin_elementwise_fma(sums[place], x, x);
  wide total = 0;
  for (int place = 0; place < 12; place++) total += sums[place];
  float sum = 0;
  for (int lane = 0; lane < 16; lane++) sum += total[lane];
  return sum;
}
