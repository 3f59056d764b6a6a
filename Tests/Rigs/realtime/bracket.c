// Looks on at the real-time bracket of `talea` (CRealtime.h). Linked in two ways:
// with RealtimeSanitizer (-DWITH_SANITIZER), which reports every call inside the bracket that could wait; and with
// CAllocationCounter, which counts what is allocated. Both count the Swift runtime's retains, releases and objects.
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "CRealtime.h"

#ifdef WITH_SANITIZER
void __rtsan_ensure_initialized(void);
void __rtsan_realtime_enter(void);
void __rtsan_realtime_exit(void);
#else
#include "CAllocationCounter.h"
#endif

static atomic_long brackets, retains, releases, objects, allocations;
static _Thread_local int depth, pauses;
static _Thread_local bool inside;
static const char *offence;

// The first places at which something was counted, for whoever has to mend them.
enum { place_count = 24, place_depth = 12 };
static struct {
  const char *kind;
  int depth;
  void *frames[place_depth];
} places[place_count];
static atomic_int used;

static void note(const char *kind, atomic_long *count) {
  if (!inside) return;
  inside = false;
  atomic_fetch_add(count, 1);
  void *frames[place_depth];
  int found = backtrace(frames, place_depth);
  int known = atomic_load(&used);
  for (int n = 0; n < known && n < place_count; n++)
    if (found == places[n].depth && memcmp(frames, places[n].frames, (size_t)found * sizeof *frames) == 0) goto done;
  int place = atomic_fetch_add(&used, 1);
  if (place < place_count) {
    places[place].kind = kind;
    places[place].depth = found;
    memcpy(places[place].frames, frames, sizeof frames);
  }
done:
  inside = true;
}

// The linker sends every call of these to us (--wrap; `link` has the same list). The hooks that the runtime itself has for
// them lose the tag of strings that own nothing, and crash on those.
#define WRAP_RETAIN(name)              \
  void *__real_##name(void *object);   \
  void *__wrap_##name(void *object) {  \
    note("retain", &retains);          \
    return __real_##name(object);      \
  }
#define WRAP_RELEASE(name)             \
  void __real_##name(void *object);    \
  void __wrap_##name(void *object) {   \
    note("release", &releases);        \
    __real_##name(object);             \
  }
#define WRAP_RETAIN_N(name)                       \
  void *__real_##name(void *object, uint32_t n);  \
  void *__wrap_##name(void *object, uint32_t n) { \
    note("retain", &retains);                     \
    return __real_##name(object, n);              \
  }
#define WRAP_RELEASE_N(name)                     \
  void __real_##name(void *object, uint32_t n);  \
  void __wrap_##name(void *object, uint32_t n) { \
    note("release", &releases);                  \
    __real_##name(object, n);                    \
  }
WRAP_RETAIN(swift_retain)
WRAP_RETAIN(swift_bridgeObjectRetain)
WRAP_RETAIN(swift_unownedRetain)
WRAP_RETAIN(swift_unownedRetainStrong)
WRAP_RETAIN_N(swift_retain_n)
WRAP_RETAIN_N(swift_bridgeObjectRetain_n)
WRAP_RELEASE(swift_release)
WRAP_RELEASE(swift_bridgeObjectRelease)
WRAP_RELEASE(swift_unownedRelease)
WRAP_RELEASE_N(swift_release_n)
WRAP_RELEASE_N(swift_bridgeObjectRelease_n)

void *__real_swift_allocObject(const void *metadata, size_t size, size_t mask);
void *__wrap_swift_allocObject(const void *metadata, size_t size, size_t mask) {
  note("object", &objects);
  return __real_swift_allocObject(metadata, size, mask);
}

// What the bracket forbids, on purpose, once, to prove that it is seen.
static void offend(void) {
  const char *kind = offence;
  offence = NULL;
  if (strcmp(kind, "malloc") == 0) {
    void *volatile memory = malloc(100);
    free(memory);
  } else if (strcmp(kind, "retain") == 0) {
    __wrap_swift_retain(NULL);
  } else if (strcmp(kind, "lock") == 0) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  } else if (strcmp(kind, "sleep") == 0) {
    struct timespec time = {0, 1000};
    nanosleep(&time, NULL);
  }
}

static void enter(void) {
  inside = true;
#ifdef WITH_SANITIZER
  __rtsan_realtime_enter();
#else
  talea_count_allocations();
#endif
  long count = atomic_fetch_add(&brackets, 1);
  if (count > 100 && offence != NULL) offend();
}

static void leave(void) {
#ifdef WITH_SANITIZER
  __rtsan_realtime_exit();
#else
  long count = talea_counted_allocations();
  if (count > 0) note("allocation", &allocations), atomic_fetch_add(&allocations, count - 1);
#endif
  inside = false;
}

void talea_watch_bracket(enum talea_bracket event) {
  switch (event) {
    case talea_bracket_enter: depth++; break;
    case talea_bracket_exit: depth--; break;
    case talea_bracket_pause: pauses++; break;
    case talea_bracket_resume: pauses--; break;
  }
  bool shall = depth > 0 && pauses == 0;
  if (shall && !inside) enter();
  if (!shall && inside) leave();
}

static void report(void) {
  const char *path = getenv("TALEA_BRACKET_REPORT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(
      file, "brackets=%ld allocations=%ld retains=%ld releases=%ld objects=%ld\n", brackets, allocations, retains, releases,
      objects);
  for (int n = 0; n < place_count && n < used; n++) {
    char **names = backtrace_symbols(places[n].frames, places[n].depth);
    fprintf(file, "%s\n", places[n].kind);
    for (int frame = 2; frame < places[n].depth; frame++) fprintf(file, "  %s\n", names[frame]);
    free(names);
  }
  fclose(file);
}

__attribute__((constructor)) static void begin(void) {
#ifdef WITH_SANITIZER
  __rtsan_ensure_initialized();
#endif
  // Its first call loads a library.
  void *frames[1];
  backtrace(frames, 1);
  offence = getenv("TALEA_BRACKET_OFFENCE");
  atexit(report);
}
