/* A disk that fails at a chosen call: an LD_PRELOAD for tests/failing_disk.py.
 *
 * FAIL_BELOW   the folder in which calls count (real path)
 * FAIL_CALL    open (for writing), read (open for reading, folders too), write, fsync, rename, mkdir, lock, link or unlink
 * FAIL_FIRST   the number of the first call of this kind that fails, from 1; 0: none
 * FAIL_TIMES   how many fail
 * FAIL_ERRNO   with what
 * FAIL_KILLS   if set, the process is killed there (SIGKILL), before the call; FAIL_ERRNO then says nothing
 * FAIL_COUNT   a file that is told at exit how many calls of each kind there were
 *
 * Of the first write that fails, half is done before: a disk gets full in the middle of a block.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *const kinds[] = {"open", "read", "write", "fsync", "rename", "mkdir", "lock", "link", "unlink"};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *below, *kind;
static long first, times;
static int error, killing;
static atomic_long seen[KINDS];

__attribute__((constructor)) static void begin(void) {
    below = getenv("FAIL_BELOW");
    kind = getenv("FAIL_CALL");
    first = getenv("FAIL_FIRST") ? atol(getenv("FAIL_FIRST")) : 0;
    times = getenv("FAIL_TIMES") ? atol(getenv("FAIL_TIMES")) : 1;
    killing = getenv("FAIL_KILLS") != NULL;
    error = getenv("FAIL_ERRNO") ? atoi(getenv("FAIL_ERRNO")) : EIO;
}

__attribute__((destructor)) static void tell(void) {
    const char *told = getenv("FAIL_COUNT");
    FILE *file = told ? fopen(told, "w") : NULL;
    if (!file) return;
    for (int i = 0; i < KINDS; i++) fprintf(file, "%s %ld\n", kinds[i], atomic_load(&seen[i]));
    fclose(file);
}

static int is_below(const char *path) {
    size_t length = below ? strlen(below) : 0;
    return length && strncmp(path, below, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The number of this call among the failing ones, from 1; 0: it works. */
static long fails(const char *call) {
    int i = 0;
    while (strcmp(kinds[i], call) != 0) i++;
    long number = atomic_fetch_add(&seen[i], 1) + 1;
    return kind && strcmp(kind, call) == 0 && first && number >= first && number < first + times ? number - first + 1 : 0;
}

static long path_fails(const char *call, int folder, const char *path) {
    char whole[2 * PATH_MAX], link[64];
    if (!path || path[0] == '/' || folder == AT_FDCWD) return path && is_below(path) ? fails(call) : 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, whole, PATH_MAX);
    if (length < 0) return 0;
    snprintf(whole + length, PATH_MAX, "/%s", path);
    return is_below(whole) ? fails(call) : 0;
}

static long handle_fails(const char *call, int handle) {
    char path[PATH_MAX + 1], link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX);
    if (length < 0) return 0;
    path[length] = '\0';
    return is_below(path) ? fails(call) : 0;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))
#define FAIL return killing ? raise(SIGKILL) : 0, errno = error, -1

static const char *opening(int flags) {
    return flags & (O_WRONLY | O_RDWR | O_CREAT) ? "open" : "read";
}

#define OPEN(name)                                                                     \
    int name(const char *path, int flags, ...) {                                       \
        va_list rest;                                                                  \
        va_start(rest, flags);                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;        \
        va_end(rest);                                                                  \
        if (path_fails(opening(flags), AT_FDCWD, path)) FAIL;                          \
        return REAL(name)(path, flags, mode);                                          \
    }
#define OPENAT(name)                                                                   \
    int name(int folder, const char *path, int flags, ...) {                           \
        va_list rest;                                                                  \
        va_start(rest, flags);                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;        \
        va_end(rest);                                                                  \
        if (path_fails(opening(flags), folder, path)) FAIL;                            \
        return REAL(name)(folder, path, flags, mode);                                  \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int handle, const void *data, size_t size) {
    long number = handle_fails("write", handle);
    if (number == 1 && size > 1) return REAL(write)(handle, data, size / 2);
    if (number) FAIL;
    return REAL(write)(handle, data, size);
}

#define PWRITE(name, offset_t)                                                         \
    ssize_t name(int handle, const void *data, size_t size, offset_t offset) {         \
        long number = handle_fails("write", handle);                                   \
        if (number == 1 && size > 1) return REAL(name)(handle, data, size / 2, offset); \
        if (number) FAIL;                                                              \
        return REAL(name)(handle, data, size, offset);                                 \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name)                                                                     \
    int name(int handle) {                                                             \
        if (handle_fails("fsync", handle)) FAIL;                                       \
        return REAL(name)(handle);                                                     \
    }
SYNC(fsync)
SYNC(fdatasync)

int flock(int handle, int operation) {
    if (handle_fails("lock", handle)) FAIL;
    return REAL(flock)(handle, operation);
}

int rename(const char *old, const char *new) {
    if (path_fails("rename", AT_FDCWD, new)) FAIL;
    return REAL(rename)(old, new);
}

int renameat(int from, const char *old, int to, const char *new) {
    if (path_fails("rename", to, new)) FAIL;
    return REAL(renameat)(from, old, to, new);
}

int mkdir(const char *path, mode_t mode) {
    if (path_fails("mkdir", AT_FDCWD, path)) FAIL;
    return REAL(mkdir)(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    if (path_fails("mkdir", folder, path)) FAIL;
    return REAL(mkdirat)(folder, path, mode);
}

int link(const char *old, const char *new) {
    if (path_fails("link", AT_FDCWD, new)) FAIL;
    return REAL(link)(old, new);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    if (path_fails("link", to, new)) FAIL;
    return REAL(linkat)(from, old, to, new, flags);
}

int unlink(const char *path) {
    if (path_fails("unlink", AT_FDCWD, path)) FAIL;
    return REAL(unlink)(path);
}

int unlinkat(int folder, const char *path, int flags) {
    if (path_fails("unlink", folder, path)) FAIL;
    return REAL(unlinkat)(folder, path, flags);
}
