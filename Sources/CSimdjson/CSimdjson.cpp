#include "CSimdjson.h"
#include <cstring>
#include <new>
#include <simdjson.h>

struct tl_json_parser {
    simdjson::dom::parser parser;
    size_t max_depth;
    uint8_t *input = nullptr;
    size_t capacity = 0;

    explicit tl_json_parser(size_t depth) : max_depth(depth) {}
    ~tl_json_parser() { ::operator delete(input); }

    bool reserve(size_t count) {
        if (count <= capacity) return true;
        size_t wanted = count < 4096 ? 4096 : count;
        auto *grown = static_cast<uint8_t *>(
            ::operator new(wanted + simdjson::SIMDJSON_PADDING, std::nothrow));
        if (!grown) return false;
        ::operator delete(input);
        input = grown;
        capacity = wanted;
        return parser.allocate(wanted, max_depth) == simdjson::SUCCESS;
    }
};

extern "C" tl_json_parser *tl_json_create(size_t max_depth) {
    return new (std::nothrow) tl_json_parser(max_depth);
}

extern "C" void tl_json_destroy(tl_json_parser *parser) { delete parser; }

static int32_t code(simdjson::error_code error) {
    switch (error) {
    case simdjson::SUCCESS: return 0;
    case simdjson::DEPTH_ERROR: return TL_JSON_DEPTH;
    case simdjson::UTF8_ERROR: return TL_JSON_UTF8;
    case simdjson::NUMBER_ERROR: return TL_JSON_NUMBER;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC: return TL_JSON_CAPACITY;
    default: return TL_JSON_SYNTAX;
    }
}

extern "C" tl_json_result tl_json_parse(tl_json_parser *self, const uint8_t *bytes, size_t count) {
    if (!self->reserve(count)) return {TL_JSON_CAPACITY, nullptr, nullptr};
    std::memcpy(self->input, bytes, count);
    std::memset(self->input + count, 0, simdjson::SIMDJSON_PADDING);
    auto error = self->parser.parse(self->input, count, false).error();
    return {code(error), self->parser.doc.tape.get(), self->parser.doc.string_buf.get()};
}
