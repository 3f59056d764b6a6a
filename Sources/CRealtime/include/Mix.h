// Sums times factors: over the frames of a block, and in lanes over a memory of cells.
#ifndef TALEA_MIX_H
#define TALEA_MIX_H

/// One part of a row of sums and gains: what comes in is added to what came so far, in order, then multiplied by factors in turn.
typedef struct {
  /// Each port's channels after those of the port before.
  const float *_Nonnull const *_Nonnull inputs;
  intptr_t ports;
  const float *_Nonnull factors;
  intptr_t factorCount;
} talea_mix_stage;

/// The most channels of a row.
enum { talea_mix_channels = 16 };

#define TALEA_MIX static inline __attribute__((always_inline)) TALEA_REALTIME
#define TALEA_ALL _Pragma("clang loop unroll(full)")
#define TALEA_ONE_BY_ONE _Pragma("clang loop unroll(disable) vectorize(disable)")

/// Some neighbouring channels of a row, each as vectors over the frames from `n` on. Returns whether all are finite: those times
/// zero are NaN, and stay so in a sum.
TALEA_MIX bool talea_mix_vectors(
    talea_float8 *_Nonnull v, const talea_mix_stage *_Nonnull stages, intptr_t stageCount, intptr_t channels, intptr_t channel,
    intptr_t n, const intptr_t width, const intptr_t depth) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  TALEA_ALL for (intptr_t c = 0; c < width; c++) {
    const vector *from = (const vector *)(stages[0].inputs[channel + c] + n);
    TALEA_ALL for (intptr_t i = 0; i < depth; i++) v[c * depth + i] = from[i];
  }
  intptr_t port = 1;
  for (const talea_mix_stage *stage = stages; stage < stages + stageCount; stage++, port = 0) {
    const float *const *inputs = stage->inputs + channel;
    TALEA_ONE_BY_ONE for (; port < stage->ports; port++) {
      TALEA_ALL for (intptr_t c = 0; c < width; c++) {
        const vector *from = (const vector *)(inputs[port * channels + c] + n);
        TALEA_ALL for (intptr_t i = 0; i < depth; i++) v[c * depth + i] += from[i];
      }
    }
    TALEA_ONE_BY_ONE for (intptr_t k = 0; k < stage->factorCount; k++) {
      float factor = stage->factors[k];
      TALEA_ALL for (intptr_t i = 0; i < width * depth; i++) v[i] *= factor;
    }
  }
  talea_float8 rest = v[0] * 0;
  TALEA_ALL for (intptr_t i = 1; i < width * depth; i++) rest += v[i] * 0;
  return __builtin_reduce_and(rest == rest) != 0;
}
/// The frames of all channels, `depth` vectors of each. Returns whether they are finite.
TALEA_MIX bool talea_mix_all(
    talea_float8 *_Nonnull v, const talea_mix_stage *_Nonnull stages, intptr_t stageCount, intptr_t channels, intptr_t n,
    const intptr_t depth) {
  if (channels == 1) return talea_mix_vectors(v, stages, stageCount, 1, 0, n, 1, depth);
  if (channels == 2) return talea_mix_vectors(v, stages, stageCount, 2, 0, n, 2, depth);
  bool finite = true;
  intptr_t channel = 0;
  TALEA_ONE_BY_ONE for (; channel + 2 <= channels; channel += 2)
    finite &= talea_mix_vectors(v + channel * depth, stages, stageCount, channels, channel, n, 2, depth);
  if (channel < channels)
    finite &= talea_mix_vectors(v + channel * depth, stages, stageCount, channels, channel, n, 1, depth);
  return finite;
}
TALEA_MIX void talea_mix_store(
    const talea_float8 *_Nonnull v, float *_Nonnull const *_Nonnull targets, intptr_t targetCount, intptr_t channels, intptr_t n,
    const intptr_t depth) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  TALEA_ONE_BY_ONE for (intptr_t target = 0; target < targetCount; target++, targets += channels) {
    for (intptr_t channel = 0; channel < channels; channel++) {
      vector *to = (vector *)(targets[channel] + n);
      TALEA_ALL for (intptr_t i = 0; i < depth; i++) to[i] = v[channel * depth + i];
    }
  }
}
/// Fewer frames than a vector has lanes, one by one. Returns how many were done.
TALEA_MIX intptr_t talea_mix_few(
    float *_Nonnull const *_Nonnull targets, intptr_t targetCount, const talea_mix_stage *_Nonnull stages, intptr_t stageCount,
    intptr_t channels, intptr_t frames) {
  TALEA_ONE_BY_ONE for (intptr_t n = 0; n < frames; n++) {
    float totals[talea_mix_channels], rest = 0;
    TALEA_ONE_BY_ONE for (intptr_t channel = 0; channel < channels; channel++) {
      float total = stages[0].inputs[channel][n];
      intptr_t port = 1;
      for (const talea_mix_stage *stage = stages; stage < stages + stageCount; stage++, port = 0) {
        TALEA_ONE_BY_ONE for (; port < stage->ports; port++) total += stage->inputs[port * channels + channel][n];
        TALEA_ONE_BY_ONE for (intptr_t k = 0; k < stage->factorCount; k++) total *= stage->factors[k];
      }
      totals[channel] = total;
      rest += total * 0;
    }
    if (rest != rest) return n;
    TALEA_ONE_BY_ONE for (intptr_t target = 0; target < targetCount; target++)
      TALEA_ONE_BY_ONE for (intptr_t channel = 0; channel < channels; channel++) targets[target * channels + channel][n] = totals[channel];
  }
  return frames;
}
TALEA_MIX intptr_t talea_mix_row_of(
    float *_Nonnull const *_Nonnull targets, intptr_t targetCount, const talea_mix_stage *_Nonnull stages, intptr_t stageCount,
    const intptr_t channels, intptr_t frames, const intptr_t depth) {
  if (frames < 8) return talea_mix_few(targets, targetCount, stages, stageCount, channels, frames);
  // The last frames, where they fill no vector, overlap those before: found before anything is written, stored at the end.
  talea_float8 v[4 * talea_mix_channels], last[talea_mix_channels];
  bool lastFinite = true;
  if (frames % 8 != 0) lastFinite = talea_mix_all(last, stages, stageCount, channels, frames - 8, 1);
  intptr_t n = 0;
  TALEA_ONE_BY_ONE for (; n + 8 * depth <= frames; n += 8 * depth) {
    if (!talea_mix_all(v, stages, stageCount, channels, n, depth)) return n;
    talea_mix_store(v, targets, targetCount, channels, n, depth);
  }
  TALEA_ONE_BY_ONE for (; n + 8 <= frames; n += 8) {
    if (!talea_mix_all(v, stages, stageCount, channels, n, 1)) return n;
    talea_mix_store(v, targets, targetCount, channels, n, 1);
  }
  if (n == frames) return n;
  if (!lastFinite) return n;
  talea_mix_store(last, targets, targetCount, channels, frames - 8, 1);
  return frames;
}
/// A row of sums and gains over some frames: its stages in turn, each frame to the same bits as one stage after the other. A target
/// may lie where an input does. Ends before the frames that have a sample that is not finite, at a whole number of vectors.
///
/// - Parameters:
///   - targets: the channels of each of the places that the result is stored in.
///   - channels: up to `talea_mix_channels`.
/// - Returns: the frames done.
static inline TALEA_REALTIME intptr_t talea_mix_row(
    float *_Nonnull const *_Nonnull targets, intptr_t targetCount, const talea_mix_stage *_Nonnull stages, intptr_t stageCount,
    intptr_t channels, intptr_t frames) {
  if (channels == 1) return talea_mix_row_of(targets, targetCount, stages, stageCount, 1, frames, 8);
  if (channels == 2) return talea_mix_row_of(targets, targetCount, stages, stageCount, 2, frames, 4);
  return talea_mix_row_of(targets, targetCount, stages, stageCount, channels, frames, 4);
}

// In lanes: in each the cells of all ports are added in order. `inputs` has the places of one lane's ports after the other.
// They return whether all results are finite.

typedef int32_t talea_int4 __attribute__((ext_vector_type(4)));
static inline TALEA_REALTIME talea_int4 talea_infinite(talea_float4 x) {
  const talea_int4 exponent = (talea_int4)0x7F800000;
  return ((talea_int4)x & exponent) == exponent;
}
static inline TALEA_REALTIME talea_float4 talea_two_pairs(const float *_Nonnull a, const float *_Nonnull b) {
  talea_float4 x = {a[0], a[1], b[0], b[1]};
  return x;
}
/// Of two lanes of two neighbouring cells each, or of four of one: the ports added in order, times the factors.
static inline __attribute__((always_inline)) TALEA_REALTIME talea_float4 talea_mixed_pairs(
    const float *_Nonnull cells, const int32_t *_Nonnull inputs, const float *_Nonnull factors, intptr_t ports) {
  talea_float4 total = talea_two_pairs(cells + inputs[0], cells + inputs[ports]);
  for (intptr_t port = 1; port < ports; port++)
    total += talea_two_pairs(cells + inputs[port], cells + inputs[ports + port]);
  talea_float4 factor = {factors[0], factors[0], factors[1], factors[1]};
  return total * factor;
}
static inline __attribute__((always_inline)) TALEA_REALTIME talea_float4 talea_mixed_singles(
    const float *_Nonnull cells, const int32_t *_Nonnull inputs, const float *_Nonnull factors, intptr_t ports) {
  const int32_t *b = inputs + ports, *c = b + ports, *d = c + ports;
  talea_float4 total = {cells[inputs[0]], cells[b[0]], cells[c[0]], cells[d[0]]};
  for (intptr_t port = 1; port < ports; port++) {
    talea_float4 x = {cells[inputs[port]], cells[b[port]], cells[c[port]], cells[d[port]]};
    total += x;
  }
  talea_float4 factor;
  memcpy(&factor, factors, sizeof factor);
  return total * factor;
}
/// Lanes of two neighbouring cells, an even number of them.
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_mix_pairs_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 2, inputs += 2 * ports) {
    talea_float4 total = talea_mixed_pairs(cells, inputs, factors + lane, ports);
    infinite |= talea_infinite(total);
    memcpy(cells + outputs[lane], &total, 8);
    memcpy(cells + outputs[lane + 1], (const char *)&total + 8, 8);
  }
  return __builtin_reduce_or(infinite) == 0;
}
/// Lanes of one cell, a multiple of four of them.
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_mix_singles_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 4, inputs += 4 * ports) {
    talea_float4 total = talea_mixed_singles(cells, inputs, factors + lane, ports);
    infinite |= talea_infinite(total);
    for (int place = 0; place < 4; place++) cells[outputs[lane + place]] = total[place];
  }
  return __builtin_reduce_or(infinite) == 0;
}
static inline TALEA_REALTIME bool talea_mix_pairs(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  if (ports == 1) return talea_mix_pairs_of(cells, inputs, outputs, factors, 1, count);
  if (ports == 2) return talea_mix_pairs_of(cells, inputs, outputs, factors, 2, count);
  return talea_mix_pairs_of(cells, inputs, outputs, factors, ports, count);
}
static inline TALEA_REALTIME bool talea_mix_singles(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  if (ports == 1) return talea_mix_singles_of(cells, inputs, outputs, factors, 1, count);
  if (ports == 2) return talea_mix_singles_of(cells, inputs, outputs, factors, 2, count);
  return talea_mix_singles_of(cells, inputs, outputs, factors, ports, count);
}

#endif
