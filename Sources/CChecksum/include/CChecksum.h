#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Feeds bytes to a running CRC-32C (Castagnoli, reflected; neither inverted before nor after), with the
/// processor's own instruction where it has one.
uint32_t cchecksum_crc32c(uint32_t state, const void *_Nullable bytes, size_t count);

/// The same with tables alone, as processors without the instruction do it.
uint32_t cchecksum_crc32c_tables(uint32_t state, const void *_Nullable bytes, size_t count);

#ifdef __cplusplus
}
#endif
