// Plays a float WAV file through one LADSPA plugin with as many audio ports as the file has channels.
//   ladspa_host IN OUT LIBRARY LABEL [PORT=VALUE ...]      (PORT is the control port's name)
#include <dlfcn.h>
#include <ladspa.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, MOST = 512 };

static float bound(float x, float rate, LADSPA_PortRangeHintDescriptor hint) {
  return LADSPA_IS_HINT_SAMPLE_RATE(hint) ? x * rate : x;
}

// A share of the way between two bounds.
static float between(float low, float high, float share, LADSPA_PortRangeHintDescriptor hint) {
  if (LADSPA_IS_HINT_LOGARITHMIC(hint) && low > 0) return expf(logf(low) * (1 - share) + logf(high) * share);
  return low * (1 - share) + high * share;
}

// The value that the plugin itself proposes.
static float preset(const LADSPA_PortRangeHint *range, float rate) {
  LADSPA_PortRangeHintDescriptor hint = range->HintDescriptor;
  float low = bound(range->LowerBound, rate, hint), high = bound(range->UpperBound, rate, hint);
  switch (hint & LADSPA_HINT_DEFAULT_MASK) {
  case LADSPA_HINT_DEFAULT_MINIMUM: return low;
  case LADSPA_HINT_DEFAULT_LOW: return between(low, high, 0.25f, hint);
  case LADSPA_HINT_DEFAULT_MIDDLE: return between(low, high, 0.5f, hint);
  case LADSPA_HINT_DEFAULT_HIGH: return between(low, high, 0.75f, hint);
  case LADSPA_HINT_DEFAULT_MAXIMUM: return high;
  case LADSPA_HINT_DEFAULT_1: return 1;
  case LADSPA_HINT_DEFAULT_100: return 100;
  case LADSPA_HINT_DEFAULT_440: return 440;
  default: return LADSPA_IS_HINT_BOUNDED_BELOW(hint) && low > 0 ? low : 0;
  }
}

int main(int count, char **words) {
  if (count < 5) return fprintf(stderr, "usage: ladspa_host IN OUT LIBRARY LABEL [PORT=VALUE ...]\n"), 2;
  SF_INFO info = {0};
  SNDFILE *in = sf_open(words[1], SFM_READ, &info);
  if (!in) return fprintf(stderr, "%s: %s\n", words[1], sf_strerror(0)), 1;
  SF_INFO outInfo = {.samplerate = info.samplerate, .channels = info.channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *out = sf_open(words[2], SFM_WRITE, &outInfo);
  void *library = dlopen(words[3], RTLD_NOW);
  LADSPA_Descriptor_Function describe = library ? (LADSPA_Descriptor_Function)dlsym(library, "ladspa_descriptor") : 0;
  const LADSPA_Descriptor *plugin = 0;
  for (unsigned long i = 0; describe && (plugin = describe(i)) && strcmp(plugin->Label, words[4]); i++) {}
  if (!out || !plugin) return fprintf(stderr, "%s: no plugin %s, or no output\n", words[3], words[4]), 1;

  LADSPA_Handle handle = plugin->instantiate(plugin, info.samplerate);
  static float controls[MOST], ins[8][BLOCK], outs[8][BLOCK], frames[8 * BLOCK];
  int nextIn = 0, nextOut = 0;
  for (unsigned long p = 0; p < plugin->PortCount && p < MOST; p++) {
    LADSPA_PortDescriptor port = plugin->PortDescriptors[p];
    if (LADSPA_IS_PORT_AUDIO(port)) {
      plugin->connect_port(handle, p, LADSPA_IS_PORT_INPUT(port) ? ins[nextIn++ & 7] : outs[nextOut++ & 7]);
      continue;
    }
    controls[p] = preset(&plugin->PortRangeHints[p], info.samplerate);
    for (int w = 5; w < count; w++) {
      // Names may have a unit behind them: "Gain 1 (G)" is given as "Gain 1=0.5".
      const char *name = plugin->PortNames[p], *value = strrchr(words[w], '=');
      size_t length = value ? (size_t)(value - words[w]) : 0;
      if (length && !strncmp(words[w], name, length) && (!name[length] || !strncmp(name + length, " (", 2))) controls[p] = atof(value + 1);
    }
    plugin->connect_port(handle, p, &controls[p]);
  }
  if (plugin->activate) plugin->activate(handle);
  for (sf_count_t got; (got = sf_readf_float(in, frames, BLOCK)) > 0;) {
    for (int c = 0; c < info.channels; c++)
      for (int n = 0; n < got; n++) ins[c][n] = frames[n * info.channels + c];
    plugin->run(handle, got);
    for (int c = 0; c < info.channels; c++)
      for (int n = 0; n < got; n++) frames[n * info.channels + c] = outs[c][n];
    sf_writef_float(out, frames, got);
  }
  sf_close(in);
  return sf_close(out);
}
