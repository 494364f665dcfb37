// The C library's functions that change files, as the process calls them.
//
// Not seen: files written through fopen (RocksDB's info log), mapped memory (counted, and then a
// loss of power is refused), system calls made directly.
#include "shim.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

// Whether fd is a file or directory below the data directory. Its inode is not enough: on a disk
// shared with others it may be anybody's.
static int is_ours(int fd, struct stat *now) {
    if (!shim_directory || fstat(fd, now)) return 0;
    if (!S_ISREG(now->st_mode) && !S_ISDIR(now->st_mode)) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    size_t prefix = strlen(shim_directory);
    return !strncmp(path, shim_directory, prefix) && (path[prefix] == '/' || !path[prefix]);
}

static int refuse(void) {
    shim_count(REFUSED);
    errno = ENOSPC;
    return -1;
}

// What lies within blocks that the file has can be overwritten on a full disk.
static int has_room(const struct stat *now, off_t end) {
    off_t allocated = (off_t)now->st_blocks * 512;
    off_t has = allocated > now->st_size ? allocated : now->st_size;
    return !shim_control[IS_FULL] || end <= has;
}

static off_t append_place(int fd, const struct stat *now) {
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && flags & O_APPEND ? now->st_size : lseek(fd, 0, SEEK_CUR);
}

// One write: `at` is where, HERE for the file's own position. The call is made under the lock, so
// that what is noted is in the order of what was done.
#define HERE (-1)
#define WRITING(fd, at, length, call)                                   \
    ({                                                                  \
        ssize_t done_;                                                  \
        struct stat now_;                                               \
        if (!is_ours(fd, &now_)) {                                      \
            done_ = (call);                                             \
        } else {                                                        \
            int has_platter_ = platter_begin();                         \
            platter_lock();                                             \
            off_t from_ = (at) == HERE ? append_place(fd, &now_) : (at); \
            shim_count(WRITES);                                         \
            done_ = has_room(&now_, from_ + (off_t)(length)) ? (call) : refuse(); \
            int error_ = errno;                                         \
            if (done_ > 0 && has_platter_) platter_wrote(fd, &now_, from_, from_ + done_); \
            errno = error_;                                             \
            platter_unlock();                                           \
        }                                                               \
        done_;                                                          \
    })

ssize_t write(int fd, const void *bytes, size_t length) {
    return WRITING(fd, HERE, length, REAL(write)(fd, bytes, length));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return WRITING(fd, at, length, REAL(pwrite)(fd, bytes, length, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    return pwrite(fd, bytes, length, at);
}

static size_t total(const struct iovec *parts, int count) {
    size_t sum = 0;
    for (int i = 0; i < count; i++) sum += parts[i].iov_len;
    return sum;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return WRITING(fd, HERE, total(parts, count), REAL(writev)(fd, parts, count));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return WRITING(fd, at, total(parts, count), REAL(pwritev)(fd, parts, count, at));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
    return pwritev(fd, parts, count, at);
}

ssize_t sendfile(int to, int from, off_t *at, size_t length) {
    return WRITING(to, HERE, length, REAL(sendfile)(to, from, at, length));
}

ssize_t sendfile64(int to, int from, off_t *at, size_t length) {
    return sendfile(to, from, at, length);
}

ssize_t copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t length, unsigned flags) {
    return WRITING(to, to_at ? *to_at : HERE, length,
                   REAL(copy_file_range)(from, from_at, to, to_at, length, flags));
}

void *mmap(void *where, size_t length, int access, int flags, int fd, off_t at) {
    struct stat now;
    int is_written = (access & PROT_WRITE) && (flags & MAP_SHARED) && !(flags & MAP_ANONYMOUS);
    if (is_written && is_ours(fd, &now)) shim_count(MAPPED_WRITES);
    return REAL(mmap)(where, length, access, flags, fd, at);
}

void *mmap64(void *where, size_t length, int access, int flags, int fd, off_t at) {
    return mmap(where, length, access, flags, fd, at);
}

// Sizes.

int ftruncate(int fd, off_t size) {
    struct stat was;
    if (!is_ours(fd, &was)) return REAL(ftruncate)(fd, size);
    int has_platter = platter_begin();
    platter_lock();
    int failed = REAL(ftruncate)(fd, size);
    if (!failed && has_platter) platter_resized(&was, size < was.st_size ? size : was.st_size);
    platter_unlock();
    return failed;
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
    int fd = REAL(open)(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int failed = ftruncate(fd, size);
    int error = errno;
    close(fd);
    errno = error;
    return failed;
}

int truncate64(const char *path, off_t size) { return truncate(path, size); }

int fallocate(int fd, int mode, off_t at, off_t length) {
    struct stat was;
    if (!is_ours(fd, &was)) return REAL(fallocate)(fd, mode, at, length);
    if (!has_room(&was, at + length)) return refuse();
    // Cutting holes changes bytes, which nobody here does; the rest at most the size.
    if (mode & ~FALLOC_FL_KEEP_SIZE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    int has_platter = platter_begin();
    platter_lock();
    int failed = REAL(fallocate)(fd, mode, at, length);
    if (!failed && has_platter && !(mode & FALLOC_FL_KEEP_SIZE)) platter_resized(&was, was.st_size);
    platter_unlock();
    return failed;
}

int fallocate64(int fd, int mode, off_t at, off_t length) { return fallocate(fd, mode, at, length); }

int posix_fallocate(int fd, off_t at, off_t length) {
    struct stat was;
    if (!is_ours(fd, &was)) return REAL(posix_fallocate)(fd, at, length);
    return fallocate(fd, 0, at, length) ? errno : 0;
}

int posix_fallocate64(int fd, off_t at, off_t length) { return posix_fallocate(fd, at, length); }

// Syncs.

static int sync_with(int fd, int (*real)(int)) {
    struct stat now;
    if (!is_ours(fd, &now)) return real(fd);
    int has_platter = platter_begin();
    shim_count(SYNCS);
    int64_t delay = shim_control[SYNC_DELAY_US];
    if (delay > 0) {
        shim_count(SLOWED);
        struct timespec nap = {delay / 1000000, delay % 1000000 * 1000};
        nanosleep(&nap, NULL);
    }
    if (shim_control[FAIL_SYNCS]) {
        shim_count(SYNC_ERRORS);
        platter_lock();
        if (has_platter) platter_sync_failed(&now);
        platter_unlock();
        errno = EIO;
        return -1;
    }
    platter_lock();
    if (has_platter) platter_synced(fd, &now);
    platter_unlock();
    return real(fd);
}

int fsync(int fd) { return sync_with(fd, REAL(fsync)); }

int fdatasync(int fd) { return sync_with(fd, REAL(fdatasync)); }

// Names.

#define MAY_CHANGE (O_CREAT | O_TRUNC | O_DSYNC | O_SYNC)

static int open_ours(int directory, const char *path, const char *whole, int flags, mode_t mode) {
    struct stat was;
    platter_lock();
    int is_new = lstat(whole, &was) != 0;
    int fd = REAL(openat)(directory, path, flags, mode);
    int error = errno;
    int is_synchronous = (flags & (O_DSYNC | O_SYNC)) != 0;
    if (fd >= 0 && is_new) {
        platter_created(whole, is_synchronous);
    } else if (fd >= 0) {
        if (flags & O_TRUNC) platter_resized(&was, 0);
        if (is_synchronous) platter_synchronous(&was);
    }
    errno = error;
    platter_unlock();
    return fd;
}

int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    char whole[PATH_MAX];
    if (!(flags & MAY_CHANGE) || !shim_path(directory, path, whole) || !platter_begin()) {
        return REAL(openat)(directory, path, flags, mode);
    }
    return open_ours(directory, path, whole, flags, mode);
}

// Flags that take no mode ignore one.
#define OPENING(directory, path, flags)             \
    ({                                              \
        va_list arguments_;                         \
        va_start(arguments_, flags);                \
        int mode_ = va_arg(arguments_, int);        \
        va_end(arguments_);                         \
        openat(directory, path, flags, mode_);      \
    })

int openat64(int directory, const char *path, int flags, ...) { return OPENING(directory, path, flags); }

int open(const char *path, int flags, ...) { return OPENING(AT_FDCWD, path, flags); }

int open64(const char *path, int flags, ...) { return OPENING(AT_FDCWD, path, flags); }

int creat(const char *path, mode_t mode) {
    return openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int mkdirat(int directory, const char *path, mode_t mode) {
    char whole[PATH_MAX];
    if (!shim_path(directory, path, whole)) return REAL(mkdirat)(directory, path, mode);
    if (shim_control[IS_FULL]) return refuse();
    int has_platter = platter_begin();
    platter_lock();
    int failed = REAL(mkdirat)(directory, path, mode);
    if (!failed && has_platter) platter_created(whole, 0);
    platter_unlock();
    return failed;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int unlinkat(int directory, const char *path, int flags) {
    char whole[PATH_MAX];
    struct stat was;
    if (!shim_path(directory, path, whole) || !platter_begin()) return REAL(unlinkat)(directory, path, flags);
    platter_lock();
    int is_known = !lstat(whole, &was);
    int failed = REAL(unlinkat)(directory, path, flags);
    if (!failed && is_known) platter_removed(whole, &was);
    platter_unlock();
    return failed;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char *path) {
    int failed = unlink(path);
    return failed && errno == EISDIR ? rmdir(path) : failed;
}

int renameat2(int from, const char *path, int to, const char *new_path, unsigned flags) {
    char old[PATH_MAX], new[PATH_MAX];
    int is_from = shim_path(from, path, old), is_to = shim_path(to, new_path, new);
    if ((!is_from && !is_to) || !platter_begin()) return REAL(renameat2)(from, path, to, new_path, flags);
    if (flags & RENAME_EXCHANGE) {
        errno = EINVAL;
        return -1;
    }
    struct stat victim, same;
    platter_lock();
    int has_victim = !lstat(new, &victim);
    // Two names of one file: rename does nothing.
    int is_same = has_victim && !lstat(old, &same) && same.st_ino == victim.st_ino;
    int failed = REAL(renameat2)(from, path, to, new_path, flags);
    int error = errno;
    if (!failed && !is_same) platter_renamed(old, new, has_victim ? &victim : NULL, !is_from, !is_to);
    errno = error;
    platter_unlock();
    return failed;
}

int renameat(int from, const char *path, int to, const char *new_path) {
    return renameat2(from, path, to, new_path, 0);
}

int rename(const char *path, const char *new_path) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, new_path, 0);
}

int linkat(int from, const char *path, int to, const char *new_path, int flags) {
    char whole[PATH_MAX];
    if (!shim_path(to, new_path, whole) || !platter_begin()) {
        return REAL(linkat)(from, path, to, new_path, flags);
    }
    platter_lock();
    int failed = REAL(linkat)(from, path, to, new_path, flags);
    if (!failed) platter_linked(whole);
    platter_unlock();
    return failed;
}

int link(const char *path, const char *new_path) { return linkat(AT_FDCWD, path, AT_FDCWD, new_path, 0); }

// Free space, for those who look before they write. The structures of 32 and 64 bits are one here.

static int emptied(int failed, int is_ours, struct statvfs *space) {
    if (!failed && is_ours && shim_control[IS_FULL]) {
        shim_count(SHOWN_FULL);
        space->f_bfree = space->f_bavail = 0;
    }
    return failed;
}

int statvfs(const char *path, struct statvfs *space) {
    char whole[PATH_MAX] = "";
    int is_ours = shim_path(AT_FDCWD, path, whole) || (shim_directory && !strcmp(whole, shim_directory));
    return emptied(REAL(statvfs)(path, space), is_ours, space);
}

int statvfs64(const char *path, struct statvfs64 *space) {
    return statvfs(path, (struct statvfs *)space);
}

int fstatvfs(int fd, struct statvfs *space) {
    struct stat now;
    return emptied(REAL(fstatvfs)(fd, space), is_ours(fd, &now), space);
}

int fstatvfs64(int fd, struct statvfs64 *space) { return fstatvfs(fd, (struct statvfs *)space); }
