#include "CRealtime.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t talea_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void talea_touch_stack(void) {
  volatile char stack[128 * 1024];
  for (unsigned place = 0; place < sizeof stack; place += 1024) stack[place] = 0;
}

// About 20 microseconds: what sleeping and waking would take.
enum { spins = 1000 };

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static bool has_reached(talea_milestone *milestone, uint32_t count, uint32_t *now) {
  *now = __atomic_load_n(&milestone->count, __ATOMIC_SEQ_CST);
  return (int32_t)(*now - count) >= 0;
}

void talea_milestone_reach(talea_milestone *milestone, uint32_t count) {
  __atomic_store_n(&milestone->count, count, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&milestone->sleepers, __ATOMIC_SEQ_CST) != 0)
    syscall(SYS_futex, &milestone->count, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void talea_milestone_await(talea_milestone *milestone, uint32_t count) {
  uint32_t now;
  for (int spin = 0; spin < spins; spin++) {
    if (has_reached(milestone, count, &now)) return;
    pause_briefly();
  }
  __atomic_fetch_add(&milestone->sleepers, 1, __ATOMIC_SEQ_CST);
  while (!has_reached(milestone, count, &now))
    syscall(SYS_futex, &milestone->count, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
  __atomic_fetch_sub(&milestone->sleepers, 1, __ATOMIC_SEQ_CST);
}
