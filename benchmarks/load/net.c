// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...) {
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (error != 0) {
        fprintf(stderr, ": %s", strerror(error));
    }
    fputc('\n', stderr);
    exit(1);
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

double seconds_since(uint64_t start_ns) {
    return (double)(now_ns() - start_ns) / 1e9;
}

void end_at_the_latest_after(double seconds) {
    alarm((unsigned)seconds + 15);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void send_at_once(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int listen_on_loopback(int port, int *bound_port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    struct sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
            || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0
            || getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        die("cannot listen on 127.0.0.1:%d", port);
    }
    send_at_once(fd); /* accepted sockets inherit it */
    *bound_port = ntohs(address.sin_port);
    return fd;
}

static int dial_with(int port, int flags) {
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) {
        return -1;
    }
    send_at_once(fd);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int dial(int port) {
    return dial_with(port, 0);
}

int start_dial(int port) {
    return dial_with(port, SOCK_NONBLOCK);
}

void set_blocking(int fd, bool blocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0) {
        die("fcntl");
    }
}

void set_small_buffers(int fd) {
    int size = 64 * 1024;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0) {
        die("setsockopt");
    }
}

bool send_all(int fd, const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, next, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        next += sent;
        length -= (size_t)sent;
    }
    return true;
}

bool receive_all(int fd, void *bytes, size_t length) {
    char *next = bytes;
    while (length > 0) {
        ssize_t received = recv(fd, next, length, 0);
        if (received < 0 && errno == EINTR) {
            continue;
        }
        if (received <= 0) {
            return false;
        }
        next += received;
        length -= (size_t)received;
    }
    return true;
}

void watch(int epoll, int operation, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, operation, fd, &event) < 0) {
        die("epoll_ctl");
    }
}
