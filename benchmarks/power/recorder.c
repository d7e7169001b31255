/* Writes down what a process asks of its disk, in order: LD_PRELOAD it.
 *
 * Every call by which a file under $POWER_FOLDER is made, written, cut, synced, renamed or removed goes to
 * $POWER_LOG as one record, after the kernel has done it. SQLite's own layer for files (its unix VFS) ends in these
 * calls, and so does everything Python writes. A record: kind (1 byte), file (4), offset (8), length of the name (4),
 * length of the data (4), name, data. Files are numbered as they are made: a name may come to be another file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_DESCRIPTORS 4096
#define MOST_FILES 65536

static int log_descriptor = -1;
static const char *folder;
static size_t folder_length;
static uint32_t newest;
static uint32_t file_of[MOST_DESCRIPTORS];
static struct { dev_t device; ino_t inode; uint32_t file; } known[MOST_FILES];
static uint32_t known_count;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static void begin(void) __attribute__((constructor));
static void begin(void) {
    const char *path = getenv("POWER_LOG");
    folder = getenv("POWER_FOLDER");
    if (!path || !folder) return;
    folder_length = strlen(folder);
    log_descriptor = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int inside(const char *path) {
    return log_descriptor >= 0 && path && !strncmp(path, folder, folder_length);
}

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length) {
        ssize_t done = syscall(SYS_write, log_descriptor, at, length);
        if (done < 0) abort(); /* half a recording is none */
        at += done;
        length -= done;
    }
}

static void note(char kind, uint32_t file, uint64_t offset, const char *name, const void *data, uint32_t length) {
    uint32_t name_length = name ? strlen(name) : 0;
    unsigned char head[21];
    head[0] = kind;
    memcpy(head + 1, &file, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &name_length, 4);
    memcpy(head + 17, &length, 4);
    put(head, sizeof head);
    if (name_length) put(name, name_length);
    if (length) put(data, length);
}

void power_mark(const char *text) {
    int saved = errno;
    pthread_mutex_lock(&lock);
    if (log_descriptor >= 0) note('!', 0, 0, NULL, text, strlen(text));
    pthread_mutex_unlock(&lock);
    errno = saved;
}

static void opened(int descriptor, const char *path, int is_new, int flags) {
    struct stat status;
    if (descriptor < 0 || descriptor >= MOST_DESCRIPTORS || fstat(descriptor, &status)) return;
    uint32_t place = 0;
    while (place < known_count && (known[place].inode != status.st_ino || known[place].device != status.st_dev)) place++;
    if (place == known_count) {
        if (known_count == MOST_FILES) abort();
        known_count++;
        is_new = 1;
        known[place].inode = status.st_ino;
        known[place].device = status.st_dev;
    }
    if (is_new) {
        known[place].file = ++newest;
        if (S_ISREG(status.st_mode)) note('C', newest, 0, path, NULL, 0);
    }
    file_of[descriptor] = known[place].file;
    if (S_ISDIR(status.st_mode)) note('D', known[place].file, 0, path, NULL, 0);
    if (flags & O_TRUNC) note('T', known[place].file, 0, NULL, NULL, 0);
}

static int open_any(int at, const char *path, int flags, mode_t mode) {
    if (!inside(path)) return syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    int was_there = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    int descriptor = syscall(SYS_openat, at, path, flags, mode);
    int saved = errno;
    opened(descriptor, path, !was_there, flags);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return descriptor;
}

#define OPEN(name)                                                      \
    int name(const char *path, int flags, ...) {                        \
        va_list more; va_start(more, flags);                            \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;       \
        va_end(more);                                                   \
        return open_any(AT_FDCWD, path, flags, mode);                   \
    }
#define OPENAT(name)                                                    \
    int name(int at, const char *path, int flags, ...) {                \
        va_list more; va_start(more, flags);                            \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;       \
        va_end(more);                                                   \
        return open_any(at, path, flags, mode);                         \
    }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)

static uint32_t watched(int descriptor) {
    return log_descriptor >= 0 && descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? file_of[descriptor] : 0;
}

#define DOING(call)                         \
    pthread_mutex_lock(&lock);              \
    long result = (call);                   \
    int saved = errno;
#define DONE                                \
    pthread_mutex_unlock(&lock);            \
    errno = saved;                          \
    return result;

int close(int descriptor) {
    if (watched(descriptor)) file_of[descriptor] = 0;
    return syscall(SYS_close, descriptor);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    DOING(syscall(SYS_pwrite64, descriptor, data, length, offset))
    if (result > 0 && watched(descriptor)) note('W', watched(descriptor), offset, NULL, data, result);
    DONE
}
ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    return pwrite64(descriptor, data, length, offset);
}

ssize_t write(int descriptor, const void *data, size_t length) {
    DOING(syscall(SYS_write, descriptor, data, length))
    if (result > 0 && watched(descriptor))
        note('W', watched(descriptor), lseek(descriptor, 0, SEEK_CUR) - result, NULL, data, result);
    DONE
}

int ftruncate64(int descriptor, off64_t length) {
    DOING(syscall(SYS_ftruncate, descriptor, length))
    if (!result && watched(descriptor)) note('T', watched(descriptor), length, NULL, NULL, 0);
    DONE
}
int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    DOING(syscall(SYS_fallocate, descriptor, 0, offset, length))
    if (!result && watched(descriptor)) note('G', watched(descriptor), offset + length, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result ? saved : 0;
}
int posix_fallocate(int descriptor, off_t offset, off_t length) { return posix_fallocate64(descriptor, offset, length); }

static int synced(int descriptor, long number) {
    DOING(syscall(number, descriptor))
    if (!result && watched(descriptor) && !getenv("POWER_NO_SYNC")) note('S', watched(descriptor), 0, NULL, NULL, 0);
    DONE
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

static int named(char kind, long failed, const char *from, const char *to) {
    if (!failed && inside(from)) note(kind, 0, 0, from, to, to ? strlen(to) : 0);
    return failed;
}
int unlink(const char *path) { DOING(named('U', syscall(SYS_unlinkat, AT_FDCWD, path, 0), path, NULL)) DONE }
int mkdir(const char *path, mode_t mode) {
    DOING(named('M', syscall(SYS_mkdirat, AT_FDCWD, path, mode), path, NULL)) DONE
}
int rename(const char *from, const char *to) {
    DOING(named('R', syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0), from, to)) DONE
}
int link(const char *from, const char *to) {
    DOING(named('L', syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0), from, to)) DONE
}

/* Python copies files within the kernel where it can; without this it reads and writes, which is seen here. */
ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
    (void)to; (void)from; (void)offset; (void)length;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile(int to, int from, off_t *offset, size_t length) { return sendfile64(to, from, offset, length); }
ssize_t copy_file_range(int from, off64_t *in, int to, off64_t *out, size_t length, unsigned flags) {
    (void)from; (void)in; (void)to; (void)out; (void)length; (void)flags;
    errno = ENOSYS;
    return -1;
}
