/* A GPIO character device played at the system-call layer: LD_PRELOAD it, and any …/gpiochip0 is a chip of 54
 * lines labelled pinctrl-bcm2711. It knows the v2 uAPI of linux/gpio.h. Every ioctl still goes to the kernel
 * (as fcntl(F_GETFD), so that a call costs a real system call) and is counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE "/gpiochip0"
#define LINES 54

static unsigned long counted;
static uint64_t levels;
static uint64_t flags_of[LINES];

unsigned long shim_calls(void) { return counted; }

static int is_device(const char *path) {
    const char *name = path ? strrchr(path, '/') : NULL;
    return name && strcmp(name, DEVICE) == 0;
}

static int plain_fd(void) {
    static int (*real)(const char *, int, ...);
    if (!real) real = dlsym(RTLD_NEXT, "open");
    return real("/dev/null", O_RDWR | O_CLOEXEC);
}

#define OPEN(name)                                            \
    int name(const char *path, int flags, ...) {              \
        static int (*real)(const char *, int, ...);           \
        va_list list;                                         \
        va_start(list, flags);                                \
        int mode = va_arg(list, int);                         \
        va_end(list);                                         \
        if (is_device(path)) return plain_fd();               \
        if (!real) real = dlsym(RTLD_NEXT, #name);            \
        return real(path, flags, mode);                       \
    }
OPEN(open)
OPEN(open64)

static int play_stat(struct stat *st) {
    memset(st, 0, sizeof *st);
    st->st_mode = S_IFCHR | 0660;
    st->st_rdev = makedev(254, 0);
    return 0;
}

#define STAT(name)                                                                  \
    int name(const char *path, struct stat *st) {                                   \
        static int (*real)(const char *, struct stat *);                            \
        if (is_device(path)) return play_stat(st);                                  \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                  \
        return real(path, st);                                                      \
    }
#define OLD_STAT(name)                                                              \
    int name(int version, const char *path, struct stat *st) {                      \
        static int (*real)(int, const char *, struct stat *);                       \
        if (is_device(path)) return play_stat(st);                                  \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                  \
        return real(version, path, st);                                             \
    }
STAT(stat)
STAT(lstat)
OLD_STAT(__xstat)
OLD_STAT(__lxstat)

char *realpath(const char *path, char *resolved) {
    static char *(*real)(const char *, char *);
    if (path && strstr(path, "/sys/dev/char/254:0")) {
        if (!resolved) return strdup("/sys/bus/gpio");
        return strcpy(resolved, "/sys/bus/gpio");
    }
    if (!real) real = dlsym(RTLD_NEXT, "realpath");
    return real(path, resolved);
}

static int play(unsigned long number, void *argument) {
    switch (number) {
    case GPIO_GET_CHIPINFO_IOCTL: {
        struct gpiochip_info *info = argument;
        memset(info, 0, sizeof *info);
        strcpy(info->name, "gpiochip0");
        strcpy(info->label, "pinctrl-bcm2711");
        info->lines = LINES;
        return 0;
    }
    case GPIO_V2_GET_LINEINFO_IOCTL: {
        struct gpio_v2_line_info *info = argument;
        uint32_t offset = info->offset;
        memset(info, 0, sizeof *info);
        info->offset = offset;
        info->flags = offset < LINES ? flags_of[offset] : 0;
        return 0;
    }
    case GPIO_V2_GET_LINE_IOCTL: {
        struct gpio_v2_line_request *request = argument;
        for (uint32_t i = 0; i < request->num_lines; i++)
            flags_of[request->offsets[i] % LINES] = request->config.flags | GPIO_V2_LINE_FLAG_USED;
        request->fd = plain_fd();
        return 0;
    }
    case GPIO_V2_LINE_SET_CONFIG_IOCTL:
        return 0;
    case GPIO_V2_LINE_SET_VALUES_IOCTL: {
        struct gpio_v2_line_values *values = argument;
        levels = (levels & ~values->mask) | (values->bits & values->mask);
        return 0;
    }
    case GPIO_V2_LINE_GET_VALUES_IOCTL: {
        struct gpio_v2_line_values *values = argument;
        values->bits = levels & values->mask;
        return 0;
    }
    }
    return -1;
}

int ioctl(int fd, unsigned long request, ...) {
    static int (*real)(int, unsigned long, ...);
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (!real) real = dlsym(RTLD_NEXT, "ioctl");
    request = (uint32_t)request; /* callers with an int sign-extend it */
    if (((request >> 8) & 0xff) == 0xB4) {
        counted++;
        fcntl(fd, F_GETFD);
        if (play(request, argument) == 0) return 0;
        fprintf(stderr, "gpio_shim: ioctl %#lx is not played\n", request);
        errno = ENOTTY;
        return -1;
    }
    return real(fd, request, argument);
}
