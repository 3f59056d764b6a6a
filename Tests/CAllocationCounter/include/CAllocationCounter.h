// Counts what the calling thread allocates: malloc and its kin are interposed in the test program.
#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

/// Starts counting on this thread, from 0.
void talea_count_allocations(void);
/// Stops counting and returns how many calls to allocating or freeing functions this thread made meanwhile.
long talea_counted_allocations(void);

#endif
