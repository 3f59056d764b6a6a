// libsndfile, and what files need besides that Swift's Glibc module does not show.
#include <sndfile.h>
#include <stdint.h>
#include <sys/vfs.h>

/// fallocate(2) of glibc, which hides it behind _GNU_SOURCE.
int fallocate(int descriptor, int mode, int64_t offset, int64_t length);

/// FALLOC_FL_KEEP_SIZE of linux/falloc.h: blocks are allocated, the file's length stays.
static const int talea_falloc_keep_size = 1;

/// Whether a file lies in a file system that keeps everything in memory: TMPFS_MAGIC of linux/magic.h.
static inline _Bool talea_is_in_memory(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 && status.f_type == 0x01021994;
}

/// Puts a pointer into a slot and returns the one that was there, in one step that no thread or signal can split.
static inline char *_Nullable talea_exchange(char *_Nullable *_Nonnull slot, char *_Nullable value) {
  return __atomic_exchange_n(slot, value, __ATOMIC_ACQ_REL);
}

/// Puts a pointer into an empty slot; false where the slot was taken.
static inline _Bool talea_fill(char *_Nullable *_Nonnull slot, char *_Nonnull value) {
  char *expected = 0;
  return __atomic_compare_exchange_n(slot, &expected, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
