// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* Idle connections: opens them, proves each by one byte there and back, says so, and holds them until its standard input ends or
 * the time is over; then proves all of them again. */
#include "load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCH = 100 }; /* asked together, below the backlog of any listener */

static bool ask(int fd, bool first) {
    const char bytes[] = {MODE_ECHO, 'i'};
    return send_all(fd, first ? bytes : bytes + 1, first ? 2 : 1);
}

static bool answers(int fd) {
    char byte;
    return receive_all(fd, &byte, 1);
}

int run_idle(int port, int count, double seconds) {
    end_at_the_latest_after(2 * seconds);
    int *sockets = calloc((size_t)count, sizeof *sockets);
    for (int from = 0; from < count; from += BATCH) {
        int to = from + BATCH < count ? from + BATCH : count;
        for (int i = from; i < to; i++) {
            sockets[i] = dial(port);
            if (sockets[i] < 0 || !ask(sockets[i], true)) {
                die("connection %d of %d to port %d", i + 1, count, port);
            }
        }
        for (int i = from; i < to; i++) {
            if (!answers(sockets[i])) {
                die("connection %d of %d to port %d does not answer", i + 1, count, port);
            }
        }
    }
    printf("{\"open\":%d}\n", count);
    fflush(stdout);
    struct pollfd end_of_input = {.fd = STDIN_FILENO, .events = POLLIN};
    poll(&end_of_input, 1, (int)(seconds * 1000));
    int dead = 0;
    for (int from = 0; from < count; from += BATCH) {
        int to = from + BATCH < count ? from + BATCH : count;
        for (int i = from; i < to; i++) {
            ask(sockets[i], false);
        }
        for (int i = from; i < to; i++) {
            dead += answers(sockets[i]) ? 0 : 1;
        }
    }
    printf("{\"dead\":%d}\n", dead);
    return 0;
}
