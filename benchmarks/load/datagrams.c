// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* Datagrams at a steady rate over several flows, echoed by the resource: how many do not come back. What is due is sent in bursts
 * of a few hundred microseconds' worth, because a sender that spins would take a whole core from the program under test. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FLOWS = 8, BURST = 32, LARGEST = 1400 };
static const double RAMP_SECONDS = .3;  /* a flow's first datagrams wait for its way; they do not count */
static const double GRACE_SECONDS = .7; /* after the last was sent, for those under way */
static const useconds_t PAUSE_US = 200;

static char bytes[BURST][LARGEST];
static struct iovec parts[BURST];
static struct mmsghdr messages[BURST];

static int bound_datagrams(int port, bool connected) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int size = 4 * 1024 * 1024; /* the kernel gives as much of it as it allows */
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0
            || (connected ? connect : bind)(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        die("datagrams, port %d", port);
    }
    return fd;
}

int open_datagram_echo(int port) {
    return bound_datagrams(port, false);
}

void echo_datagrams(int fd) {
    struct sockaddr_in sources[BURST];
    for (int i = 0; i < BURST; i++) {
        parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = LARGEST};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &sources[i], .msg_namelen = sizeof sources[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(fd, messages, BURST, 0, NULL);
    for (int i = 0; i < count; i++) {
        parts[i].iov_len = messages[i].msg_len;
    }
    for (int sent = 0; sent < count;) {
        int taken = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);
        if (taken <= 0) {
            return; /* lost, as anybody's would be */
        }
        sent += taken;
    }
}

static size_t send_burst(int fd, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = size};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int sent = sendmmsg(fd, messages, (unsigned)count, 0);
    return sent > 0 ? (size_t)sent : 0;
}

static size_t receive_all_there(int fd) {
    size_t received = 0;
    for (;;) {
        for (int i = 0; i < BURST; i++) {
            parts[i] = (struct iovec){.iov_base = bytes[i], .iov_len = LARGEST};
            messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        }
        int count = recvmmsg(fd, messages, BURST, 0, NULL);
        if (count > 0) {
            received += (size_t)count;
        }
        if (count < BURST) {
            return received;
        }
    }
}

int run_datagrams(int port, double rate, size_t size, double seconds) {
    if (size == 0 || size > LARGEST) {
        die("size %zu: expected 1 to %d", size, LARGEST);
    }
    end_at_the_latest_after(RAMP_SECONDS + seconds + GRACE_SECONDS);
    int flows[FLOWS];
    for (int i = 0; i < FLOWS; i++) {
        flows[i] = bound_datagrams(port, true);
    }
    uint64_t start = now_ns();
    size_t sent = 0, received = 0, uncounted = 0;
    bool counting = false;
    double at;
    while ((at = seconds_since(start)) < RAMP_SECONDS + seconds + GRACE_SECONDS) {
        double until = at < RAMP_SECONDS + seconds ? at : RAMP_SECONDS + seconds;
        if (!counting && at >= RAMP_SECONDS) {
            counting = true;
            uncounted = sent;
            received = 0;
        }
        for (size_t flow = sent; (double)sent < rate * until; flow++) {
            size_t due = (size_t)(rate * until) - sent;
            size_t done = send_burst(flows[flow % FLOWS], due == 0 ? 1 : due < BURST ? due : BURST, size);
            if (done == 0) {
                break;
            }
            sent += done;
        }
        for (int i = 0; i < FLOWS; i++) {
            received += receive_all_there(flows[i]);
        }
        usleep(PAUSE_US);
    }
    size_t counted = sent - uncounted;
    /* some of the ramp's come back after it */
    double lost = received >= counted ? 0 : (double)(counted - received) / (double)counted;
    printf("{\"sent\":%zu,\"received\":%zu,\"loss_percent\":%.3f}\n", counted, received, 100 * lost);
    return 0;
}
