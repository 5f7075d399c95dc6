#pragma once

#include <stdbool.h>
#include <stdint.h>

// ICU's own headers stay out of this one: Foundation brings another ICU, and no Swift file could
// import both.

/// A host name's longest text, in bytes of ASCII.
enum { cunicode_name_max = 253 };

/// Whether UTF-8 is a host name by UTS #46 with the contexts and the Bidi rule of IDNA 2008, in
/// NFC, each A-label the one that its U-label makes. Safe to call from several threads at once.
///
/// Gives the name's U-labels as scalars, up to `cunicode_name_max`.
bool cunicode_is_host_name(
    const char *_Nullable bytes, int32_t count, uint32_t *_Nonnull scalars,
    int32_t *_Nonnull scalar_count);
