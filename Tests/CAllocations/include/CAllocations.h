#pragma once

#include <stdint.h>

/// How often the calling thread has allocated memory, or -1 where that can't be counted.
int64_t allocations_of_this_thread(void);
