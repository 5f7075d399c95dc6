#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 expression; safe to use from several threads at once.
typedef struct cre2_expression cre2_expression;

/// Why an expression was refused.
typedef struct {
    /// RE2's sentence, terminated by zero, cut to the buffer.
    char message[128];
    /// The part of the expression that RE2 complains of, terminated by zero, cut to the buffer.
    char fragment[256];
} cre2_fault;

/// Compiles an expression over UTF-8, or returns NULL and fills `fault`.
///
/// `memory_max` bounds the program and the automata built from it while matching, in bytes.
cre2_expression *_Nullable cre2_compile(
    const char *_Nullable expression, size_t length, bool caseless, int64_t memory_max,
    cre2_fault *_Nonnull fault);

/// Frees an expression.
void cre2_free(cre2_expression *_Nonnull expression);

/// Finds the leftmost match that starts at `from` or later. Text before `from` is context only.
/// Offsets are bytes of `text`. Returns false when there is none.
bool cre2_find(
    const cre2_expression *_Nonnull expression, const char *_Nullable text, size_t length,
    size_t from, size_t *_Nonnull start, size_t *_Nonnull end);

#ifdef __cplusplus
}
#endif
