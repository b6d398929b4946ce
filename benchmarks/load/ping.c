// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* Round trips of one connection, one at a time. */
#include "load.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST = 64 * 1024 };
static const double RAMP_SECONDS = .2;

int run_ping(int port, size_t size, double seconds) {
    static char out[LARGEST];
    static char in[LARGEST];
    if (size == 0 || size > LARGEST) {
        die("size %zu: expected 1 to %d", size, LARGEST);
    }
    end_at_the_latest_after(seconds);
    char mode = MODE_ECHO;
    int fd = dial(port);
    if (fd < 0 || !send_all(fd, &mode, 1)) {
        die("connection to port %d", port);
    }
    memset(out, 'p', size);
    struct latency latency;
    latency_init(&latency, (size_t)(seconds * 200000) + 1);
    uint64_t start = now_ns();
    uint64_t before = start;
    while (seconds_since(start) < RAMP_SECONDS + seconds) {
        if (!send_all(fd, out, size) || !receive_all(fd, in, size)) {
            die("the connection ended after %zu round trips", latency.count);
        }
        uint64_t after = now_ns();
        if ((double)(before - start) / 1e9 >= RAMP_SECONDS) {
            latency_add(&latency, after - before);
        }
        before = after;
    }
    printf("{\"round_trips\":%zu,", latency.count + latency.dropped);
    latency_print(&latency);
    printf("}\n");
    return 0;
}
