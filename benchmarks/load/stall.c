// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* Stalled readers: connections that are full because nobody reads at their end, this one (down) or the resource's (up). Says so when
 * nothing moves any more, and holds them until its standard input ends or the time is over. Then each must still live, and those
 * that stalled here must go on when they are read. The end is a reset: a FIN would queue behind what nobody takes. */
#include "load.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const double QUIET_SECONDS = .5;    /* without movement: stalled */
static const double MOVING_SECONDS = 10;   /* and at the latest after */
static const double RESUMING_SECONDS = 20; /* for all, when they are read again */
static const size_t BEYOND_BUFFERS = 1 << 20;

static char chunk[CHUNK];

struct stalled {
    int fd;
    bool dead;
    int here;        /* down: bytes that wait in the socket */
    uint64_t to_read; /* down: until the connection is known to go on */
};

static bool would_block(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Whether anything has moved since the last look. */
static bool moves(struct stalled *stalled, bool down) {
    if (down) {
        int before = stalled->here;
        return ioctl(stalled->fd, FIONREAD, &stalled->here) == 0 && stalled->here != before;
    }
    ssize_t sent = send(stalled->fd, chunk, sizeof chunk, MSG_NOSIGNAL);
    if (sent < 0 && !would_block()) {
        stalled->dead = true;
    }
    return sent > 0;
}

/* Reads from each a good deal more than was in the socket; whether it went on. */
static void resume(struct stalled *all, int count) {
    uint64_t start = now_ns();
    int open = 0;
    for (int i = 0; i < count; i++) {
        all[i].to_read = (uint64_t)all[i].here + BEYOND_BUFFERS;
        open++;
    }
    while (open > 0 && seconds_since(start) < RESUMING_SECONDS) {
        bool any = false;
        for (int i = 0; i < count; i++) {
            if (all[i].to_read == 0 || all[i].dead) {
                continue;
            }
            ssize_t length = recv(all[i].fd, chunk, sizeof chunk, 0);
            if (length > 0) {
                any = true;
                all[i].to_read = (uint64_t)length < all[i].to_read ? all[i].to_read - (uint64_t)length : 0;
            } else if (length == 0 || !would_block()) {
                all[i].dead = true;
            }
            open -= all[i].to_read == 0 || all[i].dead ? 1 : 0;
        }
        if (!any) {
            usleep(1000);
        }
    }
}

int run_stall(int port, bool down, int count, double seconds) {
    end_at_the_latest_after(seconds + MOVING_SECONDS + RESUMING_SECONDS);
    struct stalled *all = calloc((size_t)count, sizeof *all);
    for (int i = 0; i < count; i++) {
        char mode = down ? MODE_DRIP : MODE_STALL;
        all[i].fd = dial(port);
        if (all[i].fd < 0 || !send_all(all[i].fd, &mode, 1)) {
            die("connection %d of %d to port %d", i + 1, count, port);
        }
        set_blocking(all[i].fd, false);
        set_small_buffers(all[i].fd);
    }
    uint64_t start = now_ns();
    uint64_t moved = start;
    while (seconds_since(moved) < QUIET_SECONDS && seconds_since(start) < MOVING_SECONDS) {
        for (int i = 0; i < count; i++) {
            if (moves(&all[i], down)) {
                moved = now_ns();
            }
        }
        usleep(2000);
    }
    printf("{\"stalled\":%d}\n", count);
    fflush(stdout);
    struct pollfd end_of_input = {.fd = STDIN_FILENO, .events = POLLIN};
    poll(&end_of_input, 1, (int)(seconds * 1000));
    int dead = 0;
    int stuck = 0;
    if (down) {
        resume(all, count);
    }
    for (int i = 0; i < count; i++) {
        if (!down && !all[i].dead) {
            moves(&all[i], down);
        }
        dead += all[i].dead ? 1 : 0;
        stuck += down && !all[i].dead && all[i].to_read > 0 ? 1 : 0;
        struct linger reset = {.l_onoff = 1};
        setsockopt(all[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(all[i].fd);
    }
    printf("{\"dead\":%d,\"stuck\":%d}\n", dead, stuck);
    return 0;
}
