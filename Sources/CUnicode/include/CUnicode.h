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

/// Scalars that one call takes, and gives; NFKC makes at most 18 of one.
enum { cunicode_scalars_max = 32, cunicode_result_max = 640 };

/// Finds confusable characters.
typedef struct cunicode_checker cunicode_checker;

/// NFKC of up to 32 scalars into room for 640; returns how many they are, or -1.
int32_t cunicode_nfkc(const uint32_t *_Nullable scalars, int32_t count, uint32_t *_Nullable result);

/// Bytes of a text that `cunicode_is_nfc` takes.
enum { cunicode_nfc_max = 256 };

/// Whether UTF-8 of up to 256 bytes is in NFC; false for a longer text.
bool cunicode_is_nfc(const char *_Nullable bytes, int32_t count);

/// Whether what precedes a scalar has no part in its NFKC.
bool cunicode_starts_nfkc(uint32_t scalar);

/// The confusable skeleton (UTS #39) of a scalar into room for 640; returns its count, or -1.
int32_t cunicode_skeleton(const cunicode_checker *_Nonnull checker, uint32_t scalar, uint32_t *_Nullable result);

/// A checker for `cunicode_skeleton`, or NULL; safe to share between threads.
cunicode_checker *_Nullable cunicode_open_checker(void);

/// Simple case folding.
uint32_t cunicode_fold_case(uint32_t scalar);

/// The general category as a bit, for masks such as `cunicode_letters_and_numbers`.
uint32_t cunicode_category(uint32_t scalar);

uint32_t cunicode_letters_and_numbers(void);

uint32_t cunicode_marks(void);

uint32_t cunicode_dashes(void);

uint32_t cunicode_uppercase(void);

bool cunicode_is_ignorable(uint32_t scalar);

bool cunicode_is_space(uint32_t scalar);

/// The value of a decimal digit of any script, or -1.
int32_t cunicode_digit(uint32_t scalar);
