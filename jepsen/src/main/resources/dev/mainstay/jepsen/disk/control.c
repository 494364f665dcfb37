// The control file, and the wall clock: CLOCK_REALTIME is moved, the monotonic clock never.
#include "shim.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>

static int64_t nobody[SLOTS];
volatile int64_t *shim_control = nobody;
const char *shim_directory;

static const int64_t SECOND = 1000000000;

_Noreturn void shim_die(const char *what) {
    dprintf(STDERR_FILENO, "mainstay shim: %s (errno %d), ending the process\n", what, errno);
    abort();
}

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("MAINSTAY_SHIM_CONTROL");
    if (!file) return;
    int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) shim_die("cannot open the control file");
    void *slots = REAL(mmap)(NULL, SLOTS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (slots == MAP_FAILED) shim_die("cannot map the control file");
    close(fd);
    shim_control = slots;
    const char *directory = getenv("MAINSTAY_SHIM_DIR");
    if (directory && directory[0] == '/' && directory[1]) shim_directory = directory;
}

int shim_path(int directory, const char *path, char out[PATH_MAX]) {
    if (!shim_directory || !path || !path[0]) return 0;
    char whole[PATH_MAX];
    int length;
    if (path[0] == '/' || directory == AT_FDCWD) {
        length = snprintf(whole, sizeof whole, "%s", path);
    } else {
        char link[64], at[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        ssize_t n = readlink(link, at, sizeof at - 1);
        if (n <= 0) return 0;
        at[n] = 0;
        length = snprintf(whole, sizeof whole, "%s/%s", at, path);
    }
    if (length <= 0 || length >= (int)sizeof whole) return 0;
    while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
    char *slash = strrchr(whole, '/');
    const char *name = slash ? slash + 1 : whole;
    char parent[PATH_MAX];
    if (slash) *slash = 0;
    if (!realpath(slash ? (slash == whole ? "/" : whole) : ".", parent)) return 0;
    if (snprintf(out, PATH_MAX, "%s/%s", strcmp(parent, "/") ? parent : "", name) >= PATH_MAX) return 0;
    size_t prefix = strlen(shim_directory);
    return strncmp(out, shim_directory, prefix) == 0 && out[prefix] == '/';
}

static int64_t offset_at(int64_t now) {
    volatile int64_t *c = shim_control;
    int64_t offset = c[CLOCK_OFFSET_NS];
    // In microseconds: a day of drift would overflow in nanoseconds.
    if (c[CLOCK_RATE_PPM]) offset += (now - c[CLOCK_EPOCH_NS]) / 1000 * c[CLOCK_RATE_PPM] / 1000;
    return offset;
}

static int64_t true_time(clockid_t clock) {
    struct timespec t;
    if (REAL(clock_gettime)(clock, &t)) shim_die("no wall clock");
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int64_t shown_time(clockid_t clock) {
    int64_t now = true_time(clock);
    int64_t offset = offset_at(now);
    shim_control[CLOCK_READS]++;
    shim_control[CLOCK_SEEN_NS] = offset;
    return now + offset;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
        return REAL(clock_gettime)(clock, time);
    }
    int64_t now = shown_time(clock);
    time->tv_sec = now / SECOND;
    time->tv_nsec = now % SECOND;
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    int64_t now = shown_time(CLOCK_REALTIME);
    time->tv_sec = now / SECOND;
    time->tv_usec = now % SECOND / 1000;
    return 0;
}

time_t time(time_t *out) {
    time_t now = shown_time(CLOCK_REALTIME) / SECOND;
    if (out) *out = now;
    return now;
}

// Who waits until a moment of the wall clock has it from above, and the kernel knows only the true
// one. The clock of a condition variable is a bit of glibc's since 2.25.
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!real) {
        // Of the two versions in the library, never the old one.
        void *found = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
        if (!found) found = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
        if (!found) shim_die("no pthread_cond_timedwait in the C library");
        *(void **)&real = found;
    }
    int is_monotonic = condition->__data.__wrefs & 2;
    int64_t offset = is_monotonic ? 0 : offset_at(true_time(CLOCK_REALTIME));
    if (!offset) return real(condition, mutex, until);
    int64_t moment = until->tv_sec * SECOND + until->tv_nsec - offset;
    struct timespec moved = {0, 0};
    if (moment > 0) moved = (struct timespec){moment / SECOND, moment % SECOND};
    return real(condition, mutex, &moved);
}
