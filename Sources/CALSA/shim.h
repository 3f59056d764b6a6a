// libasound.
#include <alsa/asoundlib.h>

/// Silences the library's own messages on standard error; what went wrong comes back as an error number.
static inline void talea_alsa_silence(const char *file, int line, const char *function, int err, const char *fmt, ...) {}
static inline void talea_alsa_quiet(void) { snd_lib_error_set_handler(talea_alsa_silence); }
