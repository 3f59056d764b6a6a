/* witness PRIORITY: one SCHED_FIFO thread on each processor that wants to wake every millisecond. For each wake-up that comes
 * half a millisecond late or more it prints when it was due and when it came, in nanoseconds of the monotonic clock. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void *watch(void *unused) {
  (void)unused;
  uint64_t due = now();
  for (;;) {
    due += 1000000;
    struct timespec t = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    uint64_t woke = now();
    if (woke - due < 500000) continue;
    char line[64];
    int length = snprintf(line, sizeof line, "%llu %llu\n", (unsigned long long)due, (unsigned long long)woke);
    if (write(1, line, length) != length) exit(1);
    due = woke;
  }
}

int main(int count, char **arguments) {
  int priority = count > 1 ? atoi(arguments[1]) : 70;
  mlockall(MCL_CURRENT | MCL_FUTURE);
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    pthread_attr_t attributes;
    struct sched_param parameter = {.sched_priority = priority};
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &parameter);
    pthread_attr_setaffinity_np(&attributes, sizeof one, &one);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, watch, NULL) != 0) {
      fprintf(stderr, "the system gives no real-time priority, without which a soak says nothing\n");
      return 2;
    }
  }
  pause();
}
