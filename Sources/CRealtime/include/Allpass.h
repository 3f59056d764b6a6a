// Chains of first-order allpass filters whose coefficients move, for two channels.
#ifndef TALEA_ALLPASS_H
#define TALEA_ALLPASS_H

/// The coefficient of a first-order allpass whose phase turns by a quarter at `corner`, in turns of the sample rate, from 0 to
/// 1/2: (tan(pi corner) - 1) / (tan(pi corner) + 1), which is tan(pi corner - pi/4); within 1e-12.
static inline TALEA_REALTIME talea_double4 talea_allpass(talea_double4 corner) {
  talea_double4 s = 0.5 * corner - 0.125, z = s * s, z2 = z * z;
  talea_double4 sine = talea_fused4(z2, talea_fused4(z, -0x1.32d2c644aebdbp+6, 0x1.466bc67123fbbp+6),
                                    talea_fused4(z, -0x1.4abbce6257a2ap+5, 0x1.921fb54442cfap+2));
  sine = talea_fused4(z2 * z2, talea_fused4(z, -0x1.dd548089c3a84p+3, 0x1.5071ce4bc438ep+5), sine);
  talea_double4 cosine = talea_fused4(z2, talea_fused4(z, 0x1.e1ec718e575bep+5, -0x1.55d3c1c3c317fp+6),
                                      talea_fused4(z, 0x1.03c1f07ea5ef5p+6, -0x1.3bd3cc9be3632p+4));
  cosine = talea_fused4(z, talea_fused4(z2 * z2, -0x1.a1e85298b0ecbp+4, cosine), 1);
  return s * sine / cosine;
}

/// Pairs of frames through their stages, y[n] = a x[n] + (x[n-1] - a y[n-1]); two stages at a time, so that one product leads
/// through both. As many copies of this as there are numbers of stages: what a stage keeps stays in a register.
static inline __attribute__((always_inline)) TALEA_REALTIME void talea_sweep_of(
    talea_double2 *_Nonnull memory, talea_double2 *_Nonnull frames, const double *_Nonnull left, const double *_Nonnull right,
    const double *_Nonnull returned, const double *_Nonnull wet, intptr_t count, int stages) {
  talea_double2 kept[17], last = memory[stages];
  _Pragma("clang loop unroll(full)") for (int stage = 0; stage < stages; stage++) kept[stage] = memory[stage];
  _Pragma("clang loop unroll(disable)") for (intptr_t n = 0; n < count; n++) {
    talea_double2 dry = frames[n], a = {left[n], right[n]}, square = a * a;
    talea_double2 x = __builtin_elementwise_fma((talea_double2)returned[n], last, dry);
    _Pragma("clang loop unroll(full)") for (int stage = 0; stage + 1 < stages; stage += 2) {
      talea_double2 first = kept[stage], y = __builtin_elementwise_fma(a, x, first);
      talea_double2 z = __builtin_elementwise_fma(square, x, __builtin_elementwise_fma(a, first, kept[stage + 1]));
      kept[stage] = __builtin_elementwise_fma(-a, y, x);
      kept[stage + 1] = __builtin_elementwise_fma(-a, z, y);
      x = z;
    }
    if (stages % 2 == 1) {
      talea_double2 y = __builtin_elementwise_fma(a, x, kept[stages - 1]);
      kept[stages - 1] = __builtin_elementwise_fma(-a, y, x);
      x = y;
    }
    last = x;
    frames[n] = __builtin_elementwise_fma((talea_double2)wet[n], x, (1 - wet[n]) * dry);
  }
  _Pragma("clang loop unroll(full)") for (int stage = 0; stage < stages; stage++) memory[stage] = kept[stage];
  memory[stages] = last;
}

/// `count` pairs of frames through 2 to 16 stages. `memory` has what each keeps, then what returns; both aligned to a pair.
static __attribute__((noinline, unused)) TALEA_REALTIME void talea_sweep(
    void *_Nonnull memory, void *_Nonnull frames, const double *_Nonnull left, const double *_Nonnull right,
    const double *_Nonnull returned, const double *_Nonnull wet, intptr_t count, intptr_t stages) {
#define TALEA_STAGES(number) \
  case number: return talea_sweep_of(memory, frames, left, right, returned, wet, count, number);
  switch (stages) {
    TALEA_STAGES(2)
    TALEA_STAGES(3)
    TALEA_STAGES(4)
    TALEA_STAGES(5)
    TALEA_STAGES(6)
    TALEA_STAGES(7)
    TALEA_STAGES(8)
    TALEA_STAGES(9)
    TALEA_STAGES(10)
    TALEA_STAGES(11)
    TALEA_STAGES(12)
    TALEA_STAGES(13)
    TALEA_STAGES(14)
    TALEA_STAGES(15)
    TALEA_STAGES(16)
  }
#undef TALEA_STAGES
}

#endif
