// Converts a float WAV file to another rate with libsoxr.
//   soxr_host IN OUT RATE
#include <sndfile.h>
#include <soxr.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 4096 };

int main(int count, char **words) {
  SF_INFO info = {0};
  SNDFILE *in = count == 4 ? sf_open(words[1], SFM_READ, &info) : 0;
  if (!in) return fprintf(stderr, "usage: soxr_host IN OUT RATE\n"), 2;
  double rate = atof(words[3]);
  SF_INFO outInfo = {.samplerate = (int)rate, .channels = info.channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *out = sf_open(words[2], SFM_WRITE, &outInfo);
  soxr_io_spec_t types = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  soxr_error_t error;
  soxr_t converter = soxr_create(info.samplerate, rate, info.channels, &error, &types, &quality, 0);
  size_t room = (size_t)(BLOCK * rate / info.samplerate) + 64;
  float *frames = malloc(sizeof *frames * BLOCK * info.channels), *converted = malloc(sizeof *converted * room * info.channels);
  if (!out || error || !frames || !converted) return 1;
  for (;;) {
    sf_count_t got = sf_readf_float(in, frames, BLOCK);
    size_t done = 0;
    soxr_process(converter, got ? frames : 0, got, 0, converted, room, &done);
    sf_writef_float(out, converted, done);
    if (!got && !done) break;
  }
  soxr_delete(converter);
  sf_close(in);
  return sf_close(out);
}
