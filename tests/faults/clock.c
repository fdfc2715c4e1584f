/* A clock that a test can set: preloaded, it shows the time of day so many seconds ahead as stand in
   the file that CLOCK_AHEAD names. Clocks that only count on are left alone.

   (libfaketime 0.9.10 can't be used: where it leaves those alone, Python's sleep fails.) */

#define _GNU_SOURCE
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void look_at_the_file(void) {
    const char *path = getenv("CLOCK_AHEAD");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *found = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED)
        ahead = found;
    close(file);
}

static int64_t seconds_ahead(void) { return ahead ? *ahead : 0; }

int clock_gettime(clockid_t which, struct timespec *shown) {
    int failed = (int)syscall(SYS_clock_gettime, which, shown);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        shown->tv_sec += seconds_ahead();
    return failed;
}

int gettimeofday(struct timeval *restrict shown, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    if (!failed) {
        shown->tv_sec = now.tv_sec;
        shown->tv_usec = now.tv_nsec / 1000;
    }
    return failed;
}

time_t time(time_t *shown) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (shown)
        *shown = now.tv_sec;
    return now.tv_sec;
}

/* Who waits until a moment has reckoned it by the clock above. */
int sem_timedwait(sem_t *restrict what, const struct timespec *restrict until) {
    struct timespec really = *until;
    really.tv_sec -= seconds_ahead();
    return sem_clockwait(what, CLOCK_REALTIME, &really);
}
