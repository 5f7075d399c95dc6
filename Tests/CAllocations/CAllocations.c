#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>

// A test's executable that links this has its allocations counted: its malloc is this one. An
// address sanitizer brings a malloc of its own.
#if defined(__GLIBC__) && !(defined(__has_feature) && __has_feature(address_sanitizer))

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Thread_local int64_t count __attribute__((tls_model("initial-exec")));

int64_t allocations_of_this_thread(void) { return count; }

void *malloc(size_t size) { count++; return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count++; return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count++; return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count++; return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size)
{
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

#else

int64_t allocations_of_this_thread(void) { return -1; }

#endif
