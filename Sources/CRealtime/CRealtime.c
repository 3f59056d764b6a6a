#include "CRealtime.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <sys/mman.h>
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

// From here on the kernel's own zeroed pages are worth a system call.
enum { mapped_from = 1 << 18, page = 4096 };

void *talea_allocate_zeroed(intptr_t bytes) {
  if (bytes >= mapped_from) {
    void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
  }
  void *memory = NULL;
  if (posix_memalign(&memory, 64, (size_t)bytes) != 0) return NULL;
  return memset(memory, 0, (size_t)bytes);
}

void talea_free_zeroed(void *memory, intptr_t bytes) {
  if (bytes >= mapped_from)
    munmap(memory, (size_t)bytes);
  else
    free(memory);
}

void talea_touch(void *memory, intptr_t bytes) {
  volatile char *place = memory;
  for (intptr_t n = 0; n < bytes; n += page) place[n] = place[n];
  if (bytes > 0) place[bytes - 1] = place[bytes - 1];
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
