#include "CUnicode.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

int32_t cunicode_nfkc(const uint32_t *scalars, int32_t count, uint32_t *result)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[2 * cunicode_scalars_max];
    UChar normal[2 * cunicode_result_max];
    int32_t length = 0;
    u_strFromUTF32(text, 2 * cunicode_scalars_max, &length, (const UChar32 *)scalars, count, &status);
    const UNormalizer2 *form = unorm2_getNFKCInstance(&status);
    if (U_FAILURE(status)) return -1;
    length = unorm2_normalize(form, text, length, normal, 2 * cunicode_result_max, &status);
    u_strToUTF32((UChar32 *)result, cunicode_result_max, &count, normal, length, &status);
    return U_FAILURE(status) ? -1 : count;
}

bool cunicode_is_nfc(const char *bytes, int32_t count)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[cunicode_nfc_max];
    int32_t length = 0;
    u_strFromUTF8(text, cunicode_nfc_max, &length, bytes, count, &status);
    const UNormalizer2 *form = unorm2_getNFCInstance(&status);
    return U_SUCCESS(status) && unorm2_isNormalized(form, text, length, &status)
        && U_SUCCESS(status);
}

bool cunicode_starts_nfkc(uint32_t scalar)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *form = unorm2_getNFKCInstance(&status);
    return U_FAILURE(status) || unorm2_hasBoundaryBefore(form, (UChar32)scalar);
}

int32_t cunicode_skeleton(
    const cunicode_checker *checker, uint32_t scalar, uint32_t *result)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[2];
    UChar skeleton[2 * cunicode_result_max];
    int32_t length = 0;
    UChar32 one = (UChar32)scalar;
    u_strFromUTF32(text, 2, &length, &one, 1, &status);
    if (U_FAILURE(status)) return -1;
    length = uspoof_getSkeleton((const USpoofChecker *)checker, 0, text, length, skeleton, 2 * cunicode_result_max, &status);
    int32_t count = 0;
    u_strToUTF32((UChar32 *)result, cunicode_result_max, &count, skeleton, length, &status);
    return U_FAILURE(status) ? -1 : count;
}

cunicode_checker *cunicode_open_checker(void)
{
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&status);
    return U_FAILURE(status) ? 0 : (cunicode_checker *)checker;
}

uint32_t cunicode_fold_case(uint32_t scalar)
{
    return (uint32_t)u_foldCase((UChar32)scalar, U_FOLD_CASE_DEFAULT);
}

uint32_t cunicode_category(uint32_t scalar) { return U_GET_GC_MASK((UChar32)scalar); }
uint32_t cunicode_letters_and_numbers(void) { return U_GC_L_MASK | U_GC_N_MASK; }
uint32_t cunicode_marks(void) { return U_GC_M_MASK; }
uint32_t cunicode_dashes(void) { return U_GC_PD_MASK; }
uint32_t cunicode_uppercase(void) { return U_GC_LU_MASK | U_GC_LT_MASK; }

bool cunicode_is_ignorable(uint32_t scalar)
{
    return u_hasBinaryProperty((UChar32)scalar, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}
bool cunicode_is_space(uint32_t scalar) { return u_isUWhiteSpace((UChar32)scalar); }

int32_t cunicode_digit(uint32_t scalar) { return u_charDigitValue((UChar32)scalar); }
