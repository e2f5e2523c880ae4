// LD_PRELOAD: lets one call of the C library fail below a folder, whoever makes it: Node or SQLite. The file that
// FAULTS names is shared with the test: what to do, and how far it has come.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define LOG (1 << 20)
struct control {
  int armed, error /* -1: kill */, stays, struck;
  int nth, count; /* of what is wanted: the how manyth is to fail, and how many there were */
  int used; /* of the log */
  char want[232], folder[768];
  char log[LOG]; /* what there was, a line each */
};
static struct control *control;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
  const char *file = getenv("FAULTS");
  int descriptor = file ? REAL(open)(file, O_RDWR) : -1;
  if (descriptor < 0) return;
  void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (shared != MAP_FAILED) control = shared;
}

static int inside(const char *path) {
  return control && control->armed && strncmp(path, control->folder, strlen(control->folder)) == 0;
}

static int of_descriptor(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return inside(path);
}

// What a file is, whoever writes it: temporary files have the process in their names.
static void role_of(const char *path, char *role, size_t size) {
  const char *inner = path + strlen(control->folder);
  while (*inner == '/') inner++;
  const char *name = strrchr(inner, '/');
  name = name ? name + 1 : inner;
  int temporary = strncmp(name, ".plateau-", 9) == 0 && strcmp(name + strlen(name) - 4, ".tmp") == 0;
  if (temporary) snprintf(role, size, "%.*s*.tmp", (int)(name - inner), inner);
  else snprintf(role, size, "%s", *inner ? inner : ".");
}

// Whether this call is to fail; errno is set then.
static int fails(const char *call, const char *path) {
  char what[256];
  int length = snprintf(what, sizeof what, "%s ", call);
  role_of(path, what + length, sizeof what - length - 1);
  length = strlen(what);
  int wanted = strcmp(what, control->want) == 0 && __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST) == control->nth;
  what[length++] = '\n';
  int at = __atomic_fetch_add(&control->used, length, __ATOMIC_SEQ_CST);
  if (at + length < LOG) memcpy(control->log + at, what, length);
  if (control->nth == 0 || !(wanted || (control->struck && control->stays))) return 0;
  control->struck = 1;
  if (control->error < 0) kill(getpid(), SIGKILL);
  errno = control->error;
  return 1;
}

#define AT_PATH(call, path) if (inside(path) && fails(call, path)) return -1
#define AT_DESCRIPTOR(call, descriptor) \
  char path[PATH_MAX]; \
  if (control && control->armed && of_descriptor(descriptor, path) && fails(call, path)) return -1

#define OPEN(name) \
  int name(const char *file, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
    AT_PATH("open", file); \
    return REAL(name)(file, flags, mode); \
  }
OPEN(open)
OPEN(open64)
ssize_t write(int d, const void *b, size_t n) { AT_DESCRIPTOR("write", d); return REAL(write)(d, b, n); }
ssize_t pwrite(int d, const void *b, size_t n, off_t at) { AT_DESCRIPTOR("pwrite", d); return REAL(pwrite)(d, b, n, at); }
ssize_t pwrite64(int d, const void *b, size_t n, off64_t at) { AT_DESCRIPTOR("pwrite", d); return REAL(pwrite64)(d, b, n, at); }
int fsync(int d) { AT_DESCRIPTOR("fsync", d); return REAL(fsync)(d); }
int fdatasync(int d) { AT_DESCRIPTOR("fdatasync", d); return REAL(fdatasync)(d); }
int ftruncate(int d, off_t n) { AT_DESCRIPTOR("ftruncate", d); return REAL(ftruncate)(d, n); }
int ftruncate64(int d, off64_t n) { AT_DESCRIPTOR("ftruncate", d); return REAL(ftruncate64)(d, n); }
int rename(const char *from, const char *to) { AT_PATH("rename", from); return REAL(rename)(from, to); }
int unlink(const char *file) { AT_PATH("unlink", file); return REAL(unlink)(file); }
int mkdir(const char *file, mode_t mode) { AT_PATH("mkdir", file); return REAL(mkdir)(file, mode); }
