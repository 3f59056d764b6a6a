// libsndfile, and the one system call for files that Swift's Glibc module does not show.
#include <sndfile.h>
#include <stdint.h>

/// fallocate(2) of glibc, which hides it behind _GNU_SOURCE.
int fallocate(int descriptor, int mode, int64_t offset, int64_t length);

/// FALLOC_FL_KEEP_SIZE of linux/falloc.h: blocks are allocated, the file's length stays.
static const int talea_falloc_keep_size = 1;
