#include "CUnicode.h"

#include <stdatomic.h>
#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/// ICU's rules, opened once and never closed.
static const UIDNA *rules(UErrorCode *status)
{
    static _Atomic(UIDNA *) opened;
    UIDNA *known = atomic_load(&opened);
    if (known) return known;
    UIDNA *mine = uidna_openUTS46(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_CHECK_CONTEXTO
            | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        status);
    if (U_FAILURE(*status)) return NULL;
    if (atomic_compare_exchange_strong(&opened, &known, mine)) return mine;
    uidna_close(mine);
    return known;
}

bool cunicode_is_host_name(
    const char *bytes, int32_t count, uint32_t *scalars, int32_t *scalar_count)
{
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UChar text[cunicode_name_max], unicode[cunicode_name_max];
    UChar ascii[cunicode_name_max], again[cunicode_name_max];
    int32_t length = 0;
    u_strFromUTF8(text, cunicode_name_max, &length, bytes, count, &status);
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    const UIDNA *idna = rules(&status);
    if (U_FAILURE(status) || !unorm2_isNormalized(nfc, text, length, &status)) return false;
    int32_t ascii_length =
        uidna_nameToASCII(idna, text, length, ascii, cunicode_name_max, &info, &status);
    if (U_FAILURE(status) || info.errors != 0) return false;
    int32_t unicode_length =
        uidna_nameToUnicode(idna, text, length, unicode, cunicode_name_max, &info, &status);
    if (U_FAILURE(status) || info.errors != 0) return false;
    int32_t again_length = uidna_nameToASCII(
        idna, unicode, unicode_length, again, cunicode_name_max, &info, &status);
    if (U_FAILURE(status) || info.errors != 0) return false;
    if (u_strCompare(ascii, ascii_length, again, again_length, false) != 0) return false;
    u_strToUTF32(
        (UChar32 *)scalars, cunicode_name_max, scalar_count, unicode, unicode_length, &status);
    return U_SUCCESS(status);
}
