// Machine facts and operations that Swift has no real-time-safe spelling for.
// Every function carries the attributes that let annotated Swift code call it.
#ifndef CREALTIME_H
#define CREALTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Every fused multiply-add is written as one.
#pragma STDC FP_CONTRACT OFF

// One function says what may be null, so that Swift takes its pointers as they are.
#pragma clang diagnostic ignored "-Wnullability-completeness"

#define TALEA_REALTIME \
  __attribute__((swift_attr("@_noAllocation"))) __attribute__((swift_attr("@_noLocks")))

/// Correctly rounded square root (IEEE 754), single and double.
static inline TALEA_REALTIME float talea_sqrtf(float x) { return __builtin_sqrtf(x); }
static inline TALEA_REALTIME double talea_sqrt(double x) { return __builtin_sqrt(x); }

/// Rounding that is the same on every processor: towards minus infinity, and to nearest with ties to even.
static inline TALEA_REALTIME double talea_floor(double x) { return __builtin_floor(x); }
static inline TALEA_REALTIME float talea_floorf(float x) { return __builtin_floorf(x); }
static inline TALEA_REALTIME double talea_rint(double x) { return __builtin_rint(x); }
static inline TALEA_REALTIME float talea_rintf(float x) { return __builtin_rintf(x); }

/// Conversions between single and double precision, four lanes in one instruction; the narrowing one rounds to nearest.
typedef float talea_float4 __attribute__((ext_vector_type(4)));
typedef double talea_double4 __attribute__((ext_vector_type(4)));
static inline TALEA_REALTIME talea_double4 talea_widen(talea_float4 x) { return __builtin_convertvector(x, talea_double4); }
static inline TALEA_REALTIME talea_float4 talea_narrow(talea_double4 x) { return __builtin_convertvector(x, talea_float4); }

/// Shuffles of eight lanes, and the sums beside them: written in Swift, both are lanes one by one until the optimiser puts them
/// together, and where they meet it does not.
typedef float talea_float8 __attribute__((ext_vector_type(8)));
static inline TALEA_REALTIME talea_float8 talea_add(talea_float8 a, talea_float8 b) { return a + b; }
static inline TALEA_REALTIME talea_float8 talea_subtract(talea_float8 a, talea_float8 b) { return a - b; }
static inline TALEA_REALTIME talea_float8 talea_multiply(talea_float8 a, talea_float8 b) { return a * b; }
/// The sum of eight numbers: halves, then pairs, then both.
static inline TALEA_REALTIME float talea_total(talea_float8 x) {
  x = x + __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  x = x + __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5);
  return x[0] + x[1];
}
/// The largest of eight numbers.
static inline TALEA_REALTIME float talea_largest(talea_float8 x) {
  talea_float8 y = __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  x = x > y ? x : y;
  y = __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5);
  x = x > y ? x : y;
  return x[0] > x[1] ? x[0] : x[1];
}
/// Frames in turn from the lower, or upper, halves of each half of two vectors.
static inline TALEA_REALTIME talea_float8 talea_interleave_low(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}
static inline TALEA_REALTIME talea_float8 talea_interleave_high(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}
/// The same for pairs of lanes.
static inline TALEA_REALTIME talea_float8 talea_pairs_low(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
}
static inline TALEA_REALTIME talea_float8 talea_pairs_high(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
/// The lower halves of two vectors, and the upper ones.
static inline TALEA_REALTIME talea_float8 talea_low_halves(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
}
static inline TALEA_REALTIME talea_float8 talea_high_halves(talea_float8 a, talea_float8 b) {
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

#include "Mix.h"
#include "Lanes.h"
#include "Sections.h"
#include "DenseLanes.h"
#include "Lagrange.h"
#include "Spectra.h"

static inline TALEA_REALTIME void talea_copy(void *destination, const void *source, intptr_t bytes) {
  memcpy(destination, source, (size_t)bytes);
}
static inline TALEA_REALTIME void talea_move(void *destination, const void *source, intptr_t bytes) {
  memmove(destination, source, (size_t)bytes);
}
static inline TALEA_REALTIME void talea_zero(void *destination, intptr_t bytes) {
  memset(destination, 0, (size_t)bytes);
}

/// Loops over frames whose output may lie where an input does, or apart from it, and never across it. Swift's optimiser has no
/// way to be told so: it tests for an overlap and, where output and input are one, goes on frame by frame.
#define TALEA_FRAME_BY_FRAME _Pragma("clang loop vectorize(assume_safety)")
static inline TALEA_REALTIME void talea_scale(float *output, const float *input, float factor, intptr_t count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < count; n++) output[n] = input[n] * factor;
}
static inline TALEA_REALTIME void talea_negate(float *output, const float *input, intptr_t count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < count; n++) output[n] = -input[n];
}
/// `output + input * factor`, fused.
static inline TALEA_REALTIME void talea_add_scaled(float *output, const float *input, float factor, intptr_t count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < count; n++) output[n] = __builtin_fmaf(input[n], factor, output[n]);
}
static inline TALEA_REALTIME void talea_sum(float *output, const float *first, const float *second, intptr_t count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < count; n++) output[n] = first[n] + second[n];
}
/// The sum and the difference of two channels, times a factor.
static inline TALEA_REALTIME void talea_sum_and_difference(
    float *sum, float *difference, const float *first, const float *second, float factor, intptr_t count) {
  TALEA_FRAME_BY_FRAME for (intptr_t n = 0; n < count; n++) {
    float a = first[n], b = second[n];
    sum[n] = (a + b) * factor;
    difference[n] = (a - b) * factor;
  }
}

#include "Biquads.h"

/// The largest magnitude of samples, at least `peak`. NaN is passed over.
static inline TALEA_REALTIME float talea_peak(const float *_Nonnull samples, intptr_t count, float peak) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  talea_float8 largest[4] = {peak, peak, peak, peak};
  intptr_t n = 0;
  for (; n + 32 <= count; n += 32) {
    const vector *frames = (const vector *)(samples + n);
    for (int place = 0; place < 4; place++) {
      talea_float8 size = __builtin_elementwise_abs(frames[place]);
      largest[place] = size > largest[place] ? size : largest[place];
    }
  }
  talea_float8 a = largest[0] > largest[1] ? largest[0] : largest[1], b = largest[2] > largest[3] ? largest[2] : largest[3];
  peak = talea_largest(a > b ? a : b);
  for (; n < count; n++) {
    float size = __builtin_fabsf(samples[n]);
    peak = size > peak ? size : peak;
  }
  return peak;
}

/// Whether no sample of any channel is NaN or infinite: those times zero are NaN, and stay so in a sum.
static inline TALEA_REALTIME bool talea_are_finite(
    float *_Nonnull const *_Nonnull channels, intptr_t channelCount, intptr_t count) {
  typedef talea_float8 vector __attribute__((aligned(4)));
  talea_float8 a = 0, b = 0, c = 0, d = 0;
  float rest = 0;
  for (intptr_t channel = 0; channel < channelCount; channel++) {
    const float *samples = channels[channel];
    // Channels that lie one behind the other, as those of spectra do, are looked at as one.
    intptr_t n = 0, length = count;
    while (channel + 1 < channelCount && channels[channel + 1] == samples + length) {
      length += count;
      channel++;
    }
    _Pragma("clang loop unroll(disable)") for (; n + 32 <= length; n += 32) {
      const vector *frames = (const vector *)(samples + n);
      a += frames[0] * 0;
      b += frames[1] * 0;
      c += frames[2] * 0;
      d += frames[3] * 0;
    }
    _Pragma("clang loop unroll(disable)") for (; n + 8 <= length; n += 8) a += *(const vector *)(samples + n) * 0;
    _Pragma("clang loop unroll(disable)") for (; n < length; n++) rest += samples[n] * 0;
  }
  a = (a + b) + (c + d);
  return __builtin_reduce_and(a == a) && rest == rest;
}

/// Figures that one thread writes and others look at: each is read and written whole, in no order with others.
static inline TALEA_REALTIME int64_t talea_load(const int64_t *place) { return __atomic_load_n(place, __ATOMIC_RELAXED); }
static inline TALEA_REALTIME void talea_store(int64_t *place, int64_t value) {
  __atomic_store_n(place, value, __ATOMIC_RELAXED);
}

/// Turns flush-to-zero (and on x86-64 denormals-are-zero) on for the calling thread; returns the former control word.
static inline TALEA_REALTIME uint64_t talea_flush_denormals(void) {
#if defined(__x86_64__)
  uint32_t former = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(former | 0x8040u);
  return former;
#elif defined(__aarch64__)
  uint64_t former;
  __asm__ volatile("mrs %0, fpcr" : "=r"(former));
  __asm__ volatile("msr fpcr, %0" : : "r"(former | (1ull << 24)));
  return former;
#else
  return 0;
#endif
}

/// Restores the control word that `talea_flush_denormals` returned.
static inline TALEA_REALTIME void talea_restore_denormals(uint64_t former) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((uint32_t)former);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(former));
#endif
}

/// The real-time bracket. What the calling thread does between `enter` and `exit` never allocates, locks or waits; between
/// `pause` and `resume` it is in the hands of the device's library, or waits for the device. Each is a test of an address
/// unless the program is linked with a `talea_watch_bracket` that looks on: `make test-realtime` does that, with
/// RealtimeSanitizer behind it. Pairs may be nested.
enum talea_bracket { talea_bracket_enter, talea_bracket_exit, talea_bracket_pause, talea_bracket_resume };
__attribute__((weak)) void talea_watch_bracket(enum talea_bracket event);
static inline TALEA_REALTIME void talea_realtime_enter(void) {
  if (talea_watch_bracket) talea_watch_bracket(talea_bracket_enter);
}
static inline TALEA_REALTIME void talea_realtime_exit(void) {
  if (talea_watch_bracket) talea_watch_bracket(talea_bracket_exit);
}
static inline TALEA_REALTIME void talea_realtime_pause(void) {
  if (talea_watch_bracket) talea_watch_bracket(talea_bracket_pause);
}
static inline TALEA_REALTIME void talea_realtime_resume(void) {
  if (talea_watch_bracket) talea_watch_bracket(talea_bracket_resume);
}

/// Zeroed memory, aligned to a cache line; NULL where there is none. Much of it is no more than promised until it is first
/// touched, so that a long delay that is never filled costs nothing. Freed with its size.
void *talea_allocate_zeroed(intptr_t bytes);
void talea_free_zeroed(void *memory, intptr_t bytes);

/// Touches every page for writing and changes nothing: afterwards the memory is there.
void talea_touch(void *memory, intptr_t bytes);

/// How far a thread has come, for others to wait for: a count that only grows (and wraps), in a cache line of its own.
typedef struct {
  uint32_t count;
  uint32_t sleepers;
  char padding[56];
} talea_milestone;

/// Moves a milestone on: everything that the thread wrote before is seen by whoever waited for it.
void talea_milestone_reach(talea_milestone *milestone, uint32_t count);

/// Returns once a milestone has reached `count`: at once, after a short spin, or after sleeping in the kernel. Not for an
/// audio thread.
void talea_milestone_await(talea_milestone *milestone, uint32_t count);

/// Whether this processor has what the kernels are compiled for: x86-64-v3, or any arm64.
static inline bool talea_processor_serves(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

/// Nanoseconds of the monotonic clock; for profiles, never for sound.
uint64_t talea_monotonic_nanoseconds(void);

/// Touches 128 KiB of the calling thread's stack, so that none of it is first touched later.
void talea_touch_stack(void);

#endif
