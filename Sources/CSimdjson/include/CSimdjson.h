#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A simdjson DOM parser with its own padded input buffer.
typedef struct tl_json_parser tl_json_parser;

/// What a parse left: simdjson's tape and string buffer, valid until the next parse.
typedef struct {
    /// 0 when the document is good, else simdjson's error code.
    int32_t error;
    const uint64_t *tape;
    const uint8_t *strings;
} tl_json_result;

/// How a parse failed, as far as callers tell apart.
enum { TL_JSON_DEPTH = 1, TL_JSON_UTF8 = 2, TL_JSON_NUMBER = 3, TL_JSON_CAPACITY = 4, TL_JSON_SYNTAX = 5 };

/// Makes a parser, or NULL without memory. Documents deeper than `max_depth` are refused.
tl_json_parser *tl_json_create(size_t max_depth);
void tl_json_destroy(tl_json_parser *parser);
/// Parses a copy of the bytes; the result's error is one of the codes above.
tl_json_result tl_json_parse(tl_json_parser *parser, const uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif
