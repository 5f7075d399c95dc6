#include "CChecksum.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

// Table n advances a byte over n zero bytes.
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
        tables[0][byte] = crc;
    }
    for (int n = 1; n < 8; n++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = tables[n - 1][byte];
            tables[n][byte] = tables[0][before & 0xff] ^ before >> 8;
        }
}

static uint64_t little(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

uint32_t cchecksum_crc32c_tables(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    pthread_once(&tables_once, make_tables);
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word = little(next) ^ crc;
        crc = 0;
        for (int n = 0; n < 8; n++) crc ^= tables[7 - n][word >> 8 * n & 0xff];
    }
    while (count-- > 0) crc = tables[0][(crc ^ *next++) & 0xff] ^ crc >> 8;
    return crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2")))
static uint32_t instruction(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, next += 8) wide = __builtin_ia32_crc32di(wide, little(next));
    crc = (uint32_t)wide;
    while (count-- > 0) crc = __builtin_ia32_crc32qi(crc, *next++);
    return crc;
}

static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

// HWCAP_CRC32 of <asm/hwcap.h>.
static int has_instruction(void) { return getauxval(AT_HWCAP) >> 7 & 1; }

__attribute__((target("crc")))
static uint32_t instruction(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    for (; count >= 8; count -= 8, next += 8) crc = __builtin_arm_crc32cd(crc, little(next));
    while (count-- > 0) crc = __builtin_arm_crc32cb(crc, *next++);
    return crc;
}

#else

static int has_instruction(void) { return 0; }
#define instruction cchecksum_crc32c_tables

#endif

uint32_t cchecksum_crc32c(uint32_t crc, const void *bytes, size_t count) {
    // The answer never changes, so two threads that ask at once keep the same.
    static _Atomic int known = -1;
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has < 0) atomic_store_explicit(&known, has = has_instruction(), memory_order_relaxed);
    return has ? instruction(crc, bytes, count) : cchecksum_crc32c_tables(crc, bytes, count);
}
