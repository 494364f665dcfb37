// What would be left if the power went now: for each file its bytes as of its last sync, for each
// directory its names as of its last sync. Kept beside the data while the process runs, put in its
// place by Platter.java after a loss of power.
//
//   content/<id>   the synced bytes of a file; no such file: none were
//   journal        id numbers, and the names that became durable:
//     id <id> <inode> <f|d>           from here on this inode has this number; 1 is the data directory
//     list <directory> <count>        a synced directory; that many lines follow:
//     <id> <f|d> <name>
//     link <directory> <id> <f|d> <links> <name>   a synced file: its name, and its ancestors' names
//     end                             of a record, which holds as a whole or not at all
//
// "loose" is the harshest that Linux' file systems may do: a synced file keeps the name it has, but
// other renames, creations and removals wait for a sync of their directory. "ordered" is what ext4 and XFS do by default: a sync commits all names before it.
#include "shim.h"

#include <dirent.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/file.h>

struct file {
    ino_t inode;
    int64_t id;
    int is_directory;
    int is_synchronous;  // opened with O_SYNC or O_DSYNC
    int is_named;        // its name has become durable and has not changed since
    int is_whole;        // nobody knows what is synced: all of it is to be
    off_t from, to;      // not synced
    off_t least;         // smallest size since the last sync; NEVER if only written
    struct file *next;
};

// A name that is gone, whose bytes are kept until the directory is synced.
struct grave {
    int64_t id;
    ino_t parent;
    struct grave *next;
};

#define NEVER INT64_MAX
#define BUCKETS 4096
#define ROOT 1

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum { UNKNOWN, NONE, READY } state;
static struct file *files[BUCKETS];
static struct grave *graves;
static int64_t last_id;
static int content, journal;  // file descriptors
static int is_ordered, names_changed, moved_between_directories;
static char *record;
static size_t record_length, record_room;

void platter_lock(void) { pthread_mutex_lock(&lock); }
void platter_unlock(void) { pthread_mutex_unlock(&lock); }

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        size_t room = record_room - record_length;
        size_t n = (size_t)vsnprintf(record ? record + record_length : NULL, room, format, arguments);
        va_end(arguments);
        if (n < room) {
            record_length += n;
            return;
        }
        record_room = record_room * 2 + n + 4096;
        record = realloc(record, record_room);
        if (!record) shim_die("out of memory");
    }
}

static void flush_record(void) {
    if (!record_length) return;
    note("end\n");
    if (REAL(write)(journal, record, record_length) != (ssize_t)record_length) {
        shim_die("cannot write the platter's journal");
    }
    record_length = 0;
}

static struct file *find(ino_t inode) {
    struct file *file = files[inode % BUCKETS];
    while (file && file->inode != inode) file = file->next;
    return file;
}

static void forget(ino_t inode) {
    for (struct file **at = &files[inode % BUCKETS]; *at; at = &(*at)->next) {
        if ((*at)->inode == inode) {
            struct file *gone = *at;
            *at = gone->next;
            free(gone);
            return;
        }
    }
}

static struct file *add(ino_t inode, int64_t id, int is_directory) {
    forget(inode);
    struct file *file = calloc(1, sizeof *file);
    if (!file) shim_die("out of memory");
    *file = (struct file){.inode = inode, .id = id, .is_directory = is_directory, .least = NEVER};
    file->next = files[inode % BUCKETS];
    files[inode % BUCKETS] = file;
    return file;
}

static struct file *number(ino_t inode, int is_directory) {
    struct file *file = add(inode, ++last_id, is_directory);
    note("id %lld %llu %c\n", (long long)file->id, (unsigned long long)inode, is_directory ? 'd' : 'f');
    return file;
}

// Bytes.

static void copy(int source, int target, off_t from, off_t to) {
    static char bytes[1 << 18];
    while (from < to) {
        size_t want = (size_t)(to - from) < sizeof bytes ? (size_t)(to - from) : sizeof bytes;
        ssize_t n = pread(source, bytes, want, from);
        if (n == 0) return;
        if (n < 0 || REAL(pwrite)(target, bytes, (size_t)n, from) != n) shim_die("cannot copy to the platter");
        from += n;
    }
}

// Not by fd, which may be open for writing only.
static void secure_bytes(struct file *file, const char *path, off_t size) {
    if (!file->is_whole && file->from >= file->to && file->least == NEVER) return;
    if (file->is_whole) {
        file->from = 0;
        file->to = size;
    }
    char name[32];
    snprintf(name, sizeof name, "%lld", (long long)file->id);
    int source = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    int target = REAL(openat)(content, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat old;
    if (source < 0 || target < 0 || fstat(target, &old)) shim_die("cannot open a file for the platter");
    int fails = file->least < old.st_size && REAL(ftruncate)(target, file->least);
    if (fails || REAL(ftruncate)(target, size)) shim_die("cannot cut a file of the platter");
    copy(source, target, file->from, file->to < size ? file->to : size);
    close(source);
    close(target);
    file->is_whole = 0;
    file->from = file->to = 0;
    file->least = NEVER;
}

// Names.

static int is_dot(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

// Calls back for each entry but the dots, with its path; the path given is put back after.
static void each_entry(char path[PATH_MAX], void (*visit)(char path[PATH_MAX], const struct stat *entry)) {
    DIR *directory = opendir(path);
    if (!directory) return;
    size_t end = strlen(path);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (is_dot(entry->d_name)) continue;
        if (strchr(entry->d_name, '\n')) shim_die("a file name with a line break");
        struct stat now;
        snprintf(path + end, PATH_MAX - end, "/%s", entry->d_name);
        if (!lstat(path, &now) && (S_ISREG(now.st_mode) || S_ISDIR(now.st_mode))) visit(path, &now);
        path[end] = 0;
    }
    closedir(directory);
}

static void number_if_new(char path[PATH_MAX], const struct stat *entry) {
    (void)path;
    if (!find(entry->st_ino)) number(entry->st_ino, S_ISDIR(entry->st_mode))->is_whole = 1;
}

static int listed;
static char *listing;
static size_t listing_length;
static FILE *listing_stream;

static void list_entry(char path[PATH_MAX], const struct stat *entry) {
    struct file *file = find(entry->st_ino);
    if (!file) return;  // Came just now.
    file->is_named = 1;
    listed++;
    fprintf(listing_stream, "%lld %c %s\n", (long long)file->id, file->is_directory ? 'd' : 'f',
            strrchr(path, '/') + 1);
}

// The bytes of files that were removed from a directory which has now been listed.
static void bury(ino_t parent) {
    for (struct grave **at = &graves; *at;) {
        struct grave *grave = *at;
        if (grave->parent != parent) {
            at = &grave->next;
            continue;
        }
        char name[32];
        snprintf(name, sizeof name, "%lld", (long long)grave->id);
        REAL(unlinkat)(content, name, 0);
        *at = grave->next;
        free(grave);
    }
}

static void secure_names(char path[PATH_MAX], const struct stat *directory) {
    number_if_new(path, directory);
    each_entry(path, number_if_new);
    listed = 0;
    listing_stream = open_memstream(&listing, &listing_length);
    if (!listing_stream) shim_die("out of memory");
    each_entry(path, list_entry);
    fclose(listing_stream);
    note("list %lld %d\n%s", (long long)find(directory->st_ino)->id, listed, listing);
    free(listing);
    flush_record();
    bury(directory->st_ino);
}

static void secure_names_below(char path[PATH_MAX], const struct stat *entry) {
    if (!S_ISDIR(entry->st_mode)) return;
    secure_names(path, entry);
    each_entry(path, secure_names_below);
}

static void secure_all_names(void) {
    char path[PATH_MAX];
    struct stat root;
    snprintf(path, sizeof path, "%s", shim_directory);
    if (!lstat(path, &root)) secure_names_below(path, &root);
    names_changed = moved_between_directories = 0;
}

// A file's own name, and the names of the directories above it.
static void secure_name_of(struct file *file, const char *path, nlink_t links) {
    char prefix[PATH_MAX];
    int64_t parent = ROOT;
    snprintf(prefix, sizeof prefix, "%s", path);
    for (char *at = prefix + strlen(shim_directory); at;) {
        char *name = at + 1, *next = strchr(name, '/');
        struct stat now;
        if (next) *next = 0;
        if (lstat(prefix, &now)) {
            flush_record();  // It moved meanwhile.
            return;
        }
        number_if_new(prefix, &now);
        struct file *child = find(now.st_ino);
        note("link %lld %lld %c %llu %s\n", (long long)parent, (long long)child->id,
             child->is_directory ? 'd' : 'f', child->is_directory ? 1ULL : (unsigned long long)links, name);
        parent = child->id;
        if (next) *next = '/';
        at = next;
    }
    flush_record();
    file->is_named = 1;
}

// The beginning.

// After a kill, the platter is where it was; only who has which number, and that nothing is known
// of what the killed process wrote, must be learnt again. Whether there was a platter.
static int resume(void) {
    FILE *lines = fdopen(dup(journal), "r");
    if (!lines) shim_die("cannot read the platter's journal");
    char line[PATH_MAX + 128];
    off_t read = 0, whole = 0;
    while (fgets(line, sizeof line, lines)) {
        read += (off_t)strlen(line);
        if (!strcmp(line, "end\n")) whole = read;
        long long id;
        unsigned long long inode;
        char kind;
        if (sscanf(line, "id %lld %llu %c", &id, &inode, &kind) != 3) continue;
        if (id > last_id) last_id = id;
        add((ino_t)inode, id, kind == 'd')->is_whole = 1;
    }
    fclose(lines);
    // What was being written when the process was killed.
    if (REAL(ftruncate)(journal, whole)) shim_die("cannot cut the platter's journal");
    return last_id > 0;
}

static void copy_all(char path[PATH_MAX], const struct stat *entry) {
    struct file *file = find(entry->st_ino);
    if (S_ISDIR(entry->st_mode)) each_entry(path, copy_all);
    else if (file) secure_bytes(file, path, entry->st_size);
}

static void empty_content(void) {
    DIR *directory = fdopendir(REAL(openat)(content, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) shim_die("cannot read the platter");
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!is_dot(entry->d_name)) REAL(unlinkat)(content, entry->d_name, 0);
    }
    closedir(directory);
}

// What stands there when we come, is taken for synced.
static void take_stock(void) {
    char path[PATH_MAX];
    struct stat now;
    empty_content();
    last_id = ROOT;
    snprintf(path, sizeof path, "%s", shim_directory);
    if (lstat(path, &now)) shim_die("no data directory");
    add(now.st_ino, ROOT, 1);
    note("id %d %llu d\n", ROOT, (unsigned long long)now.st_ino);
    secure_all_names();
    copy_all(path, &now);
}

static void begin(void) {
    const char *platter = getenv("MAINSTAY_SHIM_PLATTER");
    const char *names = getenv("MAINSTAY_SHIM_NAMES");
    struct stat root;
    if (!platter || !shim_directory) {
        state = NONE;
        return;
    }
    if (stat(shim_directory, &root)) return;  // Not yet.
    is_ordered = names && !strcmp(names, "ordered");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/content", platter);
    REAL(mkdir)(path, 0700);
    content = REAL(open)(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/journal", platter);
    journal = REAL(open)(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (content < 0 || journal < 0) shim_die("cannot open the platter");
    if (flock(journal, LOCK_EX | LOCK_NB)) {
        // The node's process has it; this is some other one that looks at the directory.
        close(content);
        close(journal);
        state = NONE;
        return;
    }
    if (!resume()) take_stock();
    state = READY;
}

int platter_begin(void) {
    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == UNKNOWN) {
        platter_lock();
        if (state == UNKNOWN) begin();
        platter_unlock();
    }
    return state == READY;
}

// What happened.

void platter_created(const char *path, int is_synchronous) {
    struct stat now;
    if (lstat(path, &now)) return;
    struct file *file = number(now.st_ino, S_ISDIR(now.st_mode));
    file->is_synchronous = is_synchronous;
    flush_record();
    names_changed = 1;
}

void platter_synchronous(const struct stat *now) {
    struct file *file = find(now->st_ino);
    if (file) file->is_synchronous = 1;
}

void platter_linked(const char *path) {
    struct stat now;
    if (lstat(path, &now)) return;
    number_if_new((char *)path, &now);
    flush_record();
    find(now.st_ino)->is_named = 0;
    names_changed = 1;
}

void platter_wrote(int fd, const struct stat *now, off_t from, off_t to) {
    struct file *file = find(now->st_ino);
    if (!file) return;
    if (file->from >= file->to) {
        file->from = from;
        file->to = to;
    } else {
        if (from < file->from) file->from = from;
        if (to > file->to) file->to = to;
    }
    if (file->is_synchronous) platter_synced(fd, now);
}

void platter_resized(const struct stat *now, off_t size) {
    struct file *file = find(now->st_ino);
    if (file && size < file->least) file->least = size;
}

void platter_synced(int fd, const struct stat *now) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return;
    path[n] = 0;
    size_t prefix = strlen(shim_directory);
    int is_root = !strcmp(path, shim_directory);
    int is_inside = !strncmp(path, shim_directory, prefix) && path[prefix] == '/';
    if (!is_root && !is_inside) return;
    if (S_ISDIR(now->st_mode)) {
        if (is_ordered || moved_between_directories) secure_all_names();
        else secure_names(path, now);
        return;
    }
    number_if_new(path, now);
    struct file *file = find(now->st_ino);
    struct stat size;
    if (fstat(fd, &size)) return;
    secure_bytes(file, link, size.st_size);
    if (size.st_nlink == 0) return;
    if (is_ordered && names_changed) secure_all_names();
    else if (!file->is_named) secure_name_of(file, path, size.st_nlink);
}

void platter_sync_failed(const struct stat *now) {
    struct file *file = find(now->st_ino);
    if (!file) return;
    file->is_whole = 0;
    file->from = file->to = 0;
    file->least = NEVER;
}

void platter_removed(const char *path, const struct stat *was) {
    names_changed = 1;
    struct file *file = find(was->st_ino);
    if (!file || (!S_ISDIR(was->st_mode) && was->st_nlink > 1)) return;
    char parent[PATH_MAX];
    struct stat directory;
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    struct grave *grave = calloc(1, sizeof *grave);
    if (!grave) shim_die("out of memory");
    if (lstat(parent, &directory)) directory.st_ino = 0;
    *grave = (struct grave){.id = file->id, .parent = directory.st_ino, .next = graves};
    graves = grave;
    forget(was->st_ino);
}

void platter_renamed(const char *from, const char *to, const struct stat *victim, int came_in, int went_out) {
    struct stat now;
    if (victim && !went_out) platter_removed(to, victim);
    names_changed = 1;
    if (lstat(to, &now)) return;
    if (went_out) {
        forget(now.st_ino);
        return;
    }
    if (came_in) {
        number_if_new((char *)to, &now);
        flush_record();
    }
    struct file *file = find(now.st_ino);
    if (file) file->is_named = 0;
    size_t length = (size_t)(strrchr(to, '/') - to);
    if (strncmp(from, to, length + 1) || strchr(from + length + 1, '/')) moved_between_directories = 1;
}
