// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* New connections a second: connect, one byte there and back, close; always `parallel` of them under way. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct attempt {
    int fd;
    bool asked;
    uint64_t start;
};

static int epoll;
static int target;

static bool begin(struct attempt *attempt) {
    *attempt = (struct attempt){.start = now_ns(), .fd = start_dial(target)};
    if (attempt->fd >= 0) {
        watch(epoll, EPOLL_CTL_ADD, attempt->fd, EPOLLOUT, attempt);
    }
    return attempt->fd >= 0;
}

enum progress { WAITING, DONE, FAILED };

static enum progress step(struct attempt *attempt) {
    char bytes[] = {MODE_ECHO, 'c'};
    if (!attempt->asked) {
        if (send(attempt->fd, bytes, sizeof bytes, MSG_NOSIGNAL) != (ssize_t)sizeof bytes) {
            return FAILED;
        }
        attempt->asked = true;
        watch(epoll, EPOLL_CTL_MOD, attempt->fd, EPOLLIN, attempt);
        return WAITING;
    }
    ssize_t length = recv(attempt->fd, bytes, sizeof bytes, 0);
    return length == 1 ? DONE : length < 0 && errno == EAGAIN ? WAITING : FAILED;
}

int run_connects(int port, int parallel, double seconds) {
    end_at_the_latest_after(seconds);
    target = port;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct attempt *attempts = calloc((size_t)parallel, sizeof *attempts);
    struct latency latency;
    latency_init(&latency, (size_t)(seconds * 100000) + 1);
    uint64_t failed = 0;
    uint64_t start = now_ns();
    for (int i = 0; i < parallel; i++) {
        if (!begin(&attempts[i])) {
            die("connection to port %d", port);
        }
    }
    struct epoll_event events[TURN];
    while (seconds_since(start) < seconds) {
        int ready = epoll_wait(epoll, events, TURN, 100);
        for (int i = 0; i < ready; i++) {
            struct attempt *attempt = events[i].data.ptr;
            enum progress progress = step(attempt);
            if (progress == WAITING) {
                continue;
            }
            if (progress == DONE) {
                latency_add(&latency, now_ns() - attempt->start);
            } else {
                failed++;
            }
            close(attempt->fd);
            if (!begin(attempt)) {
                die("a new connection to port %d after %zu", port, latency.count);
            }
        }
    }
    double elapsed = seconds_since(start);
    uint64_t done = latency.count + latency.dropped;
    printf("{\"per_s\":%.1f,\"done\":%llu,\"failed\":%llu,", (double)done / elapsed, (unsigned long long)done,
            (unsigned long long)failed);
    latency_print(&latency);
    printf("}\n");
    return 0;
}
