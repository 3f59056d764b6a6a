// The surroundings of a Faust program (faust -a): plays a float WAV file through it.
//   PROGRAM IN OUT
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cmath>
#include <algorithm>
#include <vector>
#include <sndfile.h>

#ifndef FAUSTFLOAT
#define FAUSTFLOAT float
#endif
struct Meta { void declare(const char *, const char *) {} };
// Controls keep their initial values.
struct UI {
  void openTabBox(const char *) {}
  void openHorizontalBox(const char *) {}
  void openVerticalBox(const char *) {}
  void closeBox() {}
  void addButton(const char *, FAUSTFLOAT *) {}
  void addCheckButton(const char *, FAUSTFLOAT *) {}
  void addVerticalSlider(const char *, FAUSTFLOAT *, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
  void addHorizontalSlider(const char *, FAUSTFLOAT *, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
  void addNumEntry(const char *, FAUSTFLOAT *, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT, FAUSTFLOAT) {}
  void addHorizontalBargraph(const char *, FAUSTFLOAT *, FAUSTFLOAT, FAUSTFLOAT) {}
  void addVerticalBargraph(const char *, FAUSTFLOAT *, FAUSTFLOAT, FAUSTFLOAT) {}
  void declare(FAUSTFLOAT *, const char *, const char *) {}
};
struct dsp { virtual ~dsp() {} };

<<includeIntrinsic>>
<<includeclass>>

int main(int count, char **words) {
  SF_INFO info = {};
  SNDFILE *in = count == 3 ? sf_open(words[1], SFM_READ, &info) : nullptr;
  if (!in) return std::fprintf(stderr, "usage: %s IN OUT\n", words[0]), 2;
  SF_INFO outInfo = {};
  outInfo.samplerate = info.samplerate;
  outInfo.channels = info.channels;
  outInfo.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE *out = sf_open(words[2], SFM_WRITE, &outInfo);
  constexpr int block = 1024;
  mydsp *program = new mydsp;
  program->init(info.samplerate);
  std::vector<float> frames(block * info.channels);
  std::vector<std::vector<FAUSTFLOAT>> ins(info.channels, std::vector<FAUSTFLOAT>(block)), outs = ins;
  std::vector<FAUSTFLOAT *> inPointers, outPointers;
  for (auto &channel : ins) inPointers.push_back(channel.data());
  for (auto &channel : outs) outPointers.push_back(channel.data());
  for (sf_count_t got; (got = sf_readf_float(in, frames.data(), block)) > 0;) {
    for (int c = 0; c < info.channels; c++)
      for (int n = 0; n < got; n++) ins[c][n] = frames[n * info.channels + c];
    program->compute(int(got), inPointers.data(), outPointers.data());
    for (int c = 0; c < info.channels; c++)
      for (int n = 0; n < got; n++) frames[n * info.channels + c] = float(outs[c][n]);
    sf_writef_float(out, frames.data(), got);
  }
  sf_close(in);
  return sf_close(out);
}
