#include "CRealtime.h"

#include <time.h>

uint64_t talea_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void talea_touch_stack(void) {
  volatile char stack[128 * 1024];
  for (unsigned place = 0; place < sizeof stack; place += 1024) stack[place] = 0;
}
