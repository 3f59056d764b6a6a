#ifndef CLIMITS_H
#define CLIMITS_H

#include <stdbool.h>
#include <stdint.h>

/// Whether the processor has vectors of sixteen single-precision numbers.
bool has_wide_vectors(void);

/// So many turns of twelve multiply-adds that wait for none but themselves, in vectors of sixteen. Returns what came of them.
float wide_multiply_adds(intptr_t turns, float start);

#endif
