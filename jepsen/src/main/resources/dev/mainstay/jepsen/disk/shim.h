// A node's disk and wall clock, as its process sees them. Preloaded into the process; told what to
// do by the suite through a memory-mapped control file, live, and counting there what it did.
//
//   MAINSTAY_SHIM_CONTROL   the control file: the slots below, 64 bits each
//   MAINSTAY_SHIM_DIR       the node's data directory; no other file is ever touched
//   MAINSTAY_SHIM_PLATTER   where platter.c keeps what a loss of power would leave; unset: nowhere
//   MAINSTAY_SHIM_NAMES     "ordered": any sync makes all names durable; else "loose", see platter.c
#ifndef MAINSTAY_SHIM_H
#define MAINSTAY_SHIM_H

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Must agree with Control.java.
enum slot {
    // What to do.
    SYNC_DELAY_US = 0,
    IS_FULL = 1,
    FAIL_SYNCS = 2,
    CLOCK_OFFSET_NS = 3,
    CLOCK_RATE_PPM = 4,
    CLOCK_EPOCH_NS = 5,
    // What was done.
    SYNCS = 16,
    WRITES = 17,
    SLOWED = 18,
    REFUSED = 19,
    SYNC_ERRORS = 20,
    MAPPED_WRITES = 21,
    CLOCK_READS = 22,
    CLOCK_SEEN_NS = 23,
    SHOWN_FULL = 24,
    SLOTS = 64
};

/// Never null: without a control file these are zeros that nobody reads.
extern volatile int64_t *shim_control;

static inline void shim_count(enum slot slot) {
    __sync_fetch_and_add(&shim_control[slot], 1);
}

/// Ends the process with a line on stderr: better no emulation than a wrong one.
_Noreturn void shim_die(const char *what);

/// The next definition of a function, which is the C library's.
#define REAL(name)                                                       \
    ({                                                                   \
        static __typeof__(&name) real_;                                  \
        if (!real_ && !(real_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name))) \
            shim_die("no " #name " in the C library");                   \
        real_;                                                           \
    })

/// The data directory without a slash at the end; null if there is none to watch over.
extern const char *shim_directory;

/// Writes the absolute path of `path`, its last part not followed, into `out`; whether it lies in
/// the data directory, which itself does not count.
int shim_path(int directory, const char *path, char out[PATH_MAX]);

// platter.c. All but platter_begin and platter_lock want the lock held, and come after a call of the
// C library that went well.

/// Whether there is a platter; readies it at the first call that finds a data directory.
int platter_begin(void);
void platter_lock(void);
void platter_unlock(void);
void platter_created(const char *path, int is_synchronous);
/// From here on each write to it is a sync.
void platter_synchronous(const struct stat *now);
void platter_linked(const char *path);
void platter_wrote(int fd, const struct stat *now, off_t from, off_t to);
/// @param size to which it was cut, or from which it grew, whichever is less
void platter_resized(const struct stat *now, off_t size);
void platter_synced(int fd, const struct stat *now);
/// The disk failed to take what was written: the kernel forgets it, and so does this.
void platter_sync_failed(const struct stat *now);
/// @param was what stood at `path`, from before
void platter_removed(const char *path, const struct stat *was);
/// @param victim what stood at `to` before; null if nothing did
/// @param came_in whether `from` lies outside, @param went_out whether `to` does
void platter_renamed(const char *from, const char *to, const struct stat *victim,
                     int came_in, int went_out);

#endif
