// Second-order sections on processors with vectors of eight doubles.
#ifndef TALEA_WIDE_BIQUADS_H
#define TALEA_WIDE_BIQUADS_H

/// Whether this processor has such vectors, of a generation that does not slow down for them.
TALEA_REALTIME bool talea_has_wide_doubles(void);

/// The fewest and the most sections of one run; their number is even.
enum { talea_fewest_wide_sections = 4, talea_most_wide_sections = 16 };

/// Runs sections in series over pairs of channels, in place, to the bits of one section after the other.
///
/// - Parameters:
///   - sections: For each section where its first pair of numbers lies. Its others follow in steps of four numbers: b0, b1, b2,
///     -a1, -a2, the last input, the last output, and the rest (see `BiquadGroup`).
TALEA_REALTIME void talea_wide_biquads(
    double *_Nonnull const *_Nonnull sections, intptr_t section_count, double *_Nonnull frames, intptr_t frame_count);

#endif
