// A disk that fails: put below the hub with LD_PRELOAD. The file that FAULT names says how, by its
// content: "stall" keeps every sync of a segment's data waiting while it says so, "stall new" that of a
// segment in the making, "stall folder" that of their folder; a number is the error that every sync (or,
// behind "w", every write) of a journal's segment fails with. Without the file all is well.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_called(int descriptor, const char *ending) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t)strlen(ending)) return 0;
    path[length] = 0;
    return strcmp(path + length - strlen(ending), ending) == 0;
}

static int is_segment(int descriptor) { return is_called(descriptor, ".journal"); }

static void order(char *text, size_t size) {
    text[0] = 0;
    const char *file = getenv("FAULT");
    FILE *stream = file ? fopen(file, "r") : NULL;
    if (!stream) return;
    if (!fgets(text, (int)size, stream)) text[0] = 0;
    fclose(stream);
}

static void wait_while(const char *stall, char *text, size_t size) {
    while (strcmp(text, stall) == 0) {
        usleep(20000);
        order(text, size);
    }
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    char text[32];
    order(text, sizeof text);
    if (text[0] && is_called(descriptor, ".journal.new")) wait_while("stall new", text, sizeof text);
    if (text[0] && is_called(descriptor, "/journal")) wait_while("stall folder", text, sizeof text);
    return real(descriptor);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    char text[32];
    order(text, sizeof text);
    if (text[0] && is_segment(descriptor)) {
        wait_while("stall", text, sizeof text);
        int error = atoi(text);
        if (error) {
            errno = error;
            return -1;
        }
    }
    return real(descriptor);
}

static ssize_t write_at(const char *name, int descriptor, const void *bytes, size_t count, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) =
        (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name);
    char text[32];
    order(text, sizeof text);
    if (text[0] == 'w' && is_segment(descriptor)) {
        errno = atoi(text + 1);
        return -1;
    }
    return real(descriptor, bytes, count, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    return write_at("pwrite", descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t at) {
    return write_at("pwrite64", descriptor, bytes, count, at);
}
