// zita_host IN OUT RESPONSE BLOCK: convolves each channel with its channel of the response, in blocks of BLOCK frames, with
// libzita-convolver and no threads but this one.
#include <sndfile.h>
#include <zita-convolver.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

int main(int count, char **words) {
  if (count != 5) return 2;
  SF_INFO source{}, shape{};
  SNDFILE *in = sf_open(words[1], SFM_READ, &source), *response = sf_open(words[3], SFM_READ, &shape);
  if (!in || !response || source.channels != shape.channels) return 1;
  const int channels = source.channels, block = std::atoi(words[4]);
  std::vector<float> taps(shape.frames * channels);
  sf_readf_float(response, taps.data(), shape.frames);
  Convproc convolver;
  convolver.set_options(Convproc::OPT_VECTOR_MODE);
  const unsigned largest = std::max(block, 8192);
  if (convolver.configure(channels, channels, shape.frames, block, block, largest, 0.0f)) return 3;
  for (int channel = 0; channel < channels; channel++) {
    if (convolver.impdata_create(channel, channel, channels, taps.data() + channel, 0, shape.frames)) return 3;
  }
  convolver.start_process(0, 0);
  SF_INFO target = source;
  target.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE *out = sf_open(words[2], SFM_WRITE, &target);
  if (!out) return 1;
  // Files are read and written in larger pieces: their overhead is not the work.
  const long piece = std::max(block, 4096 / block * block);
  std::vector<float> frames(piece * channels);
  for (long got; (got = sf_readf_float(in, frames.data(), piece)) > 0;) {
    for (long start = 0; start < got; start += block) {
      const long here = std::min<long>(block, got - start);
      for (int channel = 0; channel < channels; channel++) {
        float *input = convolver.inpdata(channel);
        for (long n = 0; n < block; n++) input[n] = n < here ? frames[(start + n) * channels + channel] : 0;
      }
      convolver.process(true);
      for (int channel = 0; channel < channels; channel++) {
        const float *output = convolver.outdata(channel);
        for (long n = 0; n < here; n++) frames[(start + n) * channels + channel] = output[n];
      }
    }
    sf_writef_float(out, frames.data(), got);
  }
  sf_close(out);
  return 0;
}
