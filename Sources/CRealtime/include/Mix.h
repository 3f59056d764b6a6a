// Sums times a factor, in lanes over a memory of cells: in each lane the cells of all ports are added in order. `inputs` has the
// places of one lane's ports after the other. They return whether all results are finite.
#ifndef TALEA_MIX_H
#define TALEA_MIX_H

typedef int32_t talea_int4 __attribute__((ext_vector_type(4)));
static inline TALEA_REALTIME talea_int4 talea_infinite(talea_float4 x) {
  const talea_int4 exponent = (talea_int4)0x7F800000;
  return ((talea_int4)x & exponent) == exponent;
}
static inline TALEA_REALTIME talea_float4 talea_two_pairs(const float *_Nonnull a, const float *_Nonnull b) {
  talea_float4 x = {a[0], a[1], b[0], b[1]};
  return x;
}
/// Lanes of two neighbouring cells, an even number of them.
static inline __attribute__((always_inline)) TALEA_REALTIME bool talea_mix_pairs_of(
    float *_Nonnull cells, const int32_t *_Nonnull inputs, const int32_t *_Nonnull outputs, const float *_Nonnull factors,
    intptr_t ports, intptr_t count) {
  talea_int4 infinite = 0;
  for (intptr_t lane = 0; lane < count; lane += 2, inputs += 2 * ports) {
    talea_float4 total = talea_two_pairs(cells + inputs[0], cells + inputs[ports]);
    for (intptr_t port = 1; port < ports; port++)
      total += talea_two_pairs(cells + inputs[port], cells + inputs[ports + port]);
    talea_float4 factor = {factors[lane], factors[lane], factors[lane + 1], factors[lane + 1]};
    total *= factor;
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
    const int32_t *b = inputs + ports, *c = b + ports, *d = c + ports;
    talea_float4 total = {cells[inputs[0]], cells[b[0]], cells[c[0]], cells[d[0]]};
    for (intptr_t port = 1; port < ports; port++) {
      talea_float4 x = {cells[inputs[port]], cells[b[port]], cells[c[port]], cells[d[port]]};
      total += x;
    }
    talea_float4 factor;
    memcpy(&factor, factors + lane, 16);
    total *= factor;
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
