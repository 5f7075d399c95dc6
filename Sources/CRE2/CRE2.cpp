#include "CRE2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

struct cre2_expression {
    re2::RE2 expression;
};

namespace {

template <size_t capacity>
void copy(const std::string &from, char (&to)[capacity]) {
    const size_t length = std::min(from.size(), capacity - 1);
    std::memcpy(to, from.data(), length);
    to[length] = 0;
}

}  // namespace

cre2_expression *cre2_compile(
    const char *expression, size_t length, bool caseless, int64_t memory_max,
    cre2_fault *fault) {
    re2::RE2::Options options;
    options.set_never_nl(false);
    options.set_log_errors(false);
    options.set_case_sensitive(!caseless);
    options.set_max_mem(memory_max);
    auto *compiled = new (std::nothrow)
        cre2_expression{re2::RE2(re2::StringPiece(expression, length), options)};
    if (compiled == nullptr) {
        copy("out of memory", fault->message);
        fault->fragment[0] = 0;
        return nullptr;
    }
    if (compiled->expression.ok()) return compiled;
    copy(compiled->expression.error(), fault->message);
    copy(compiled->expression.error_arg(), fault->fragment);
    delete compiled;
    return nullptr;
}

void cre2_free(cre2_expression *expression) { delete expression; }

bool cre2_find(
    const cre2_expression *expression, const char *text, size_t length, size_t from,
    size_t *start, size_t *end) {
    // RE2 wants an address even for a text of no bytes.
    if (text == nullptr) text = "";
    re2::StringPiece match;
    const re2::StringPiece whole(text, length);
    const bool found = expression->expression.Match(
        whole, from, length, re2::RE2::UNANCHORED, &match, 1);
    if (!found) return false;
    *start = static_cast<size_t>(match.data() - text);
    *end = *start + match.size();
    return true;
}
