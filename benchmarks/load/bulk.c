// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* Bulk: what all streams together carry after a short ramp, and how evenly. Bytes count when they have arrived: at this end when
 * going down, at the resource, by its acknowledgements, when going up. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct stream {
    int fd;
    bool dead;
    uint64_t arrived, arrived_at_ramp;
    char partial[sizeof(uint64_t)]; /* an acknowledgement may come in pieces */
    size_t partial_length;
};

static char chunk[CHUNK];

static bool take_download(struct stream *stream) {
    ssize_t length = recv(stream->fd, chunk, sizeof chunk, 0);
    if (length > 0) {
        stream->arrived += (uint64_t)length;
    }
    return length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool take_acknowledgements(struct stream *stream) {
    ssize_t length = recv(stream->fd, chunk, sizeof chunk, 0);
    for (ssize_t i = 0; i < length; i++) {
        stream->partial[stream->partial_length++] = chunk[i];
        if (stream->partial_length == sizeof stream->partial) {
            stream->arrived = *(uint64_t *)(void *)stream->partial;
            stream->partial_length = 0;
        }
    }
    return length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool push(struct stream *stream) {
    return send(stream->fd, chunk, sizeof chunk, MSG_NOSIGNAL) >= 0 || errno == EAGAIN || errno == EINTR;
}

int run_bulk(int port, bool down, int streams, double seconds, double ramp_seconds) {
    end_at_the_latest_after(seconds + ramp_seconds);
    struct stream *all = calloc((size_t)streams, sizeof *all);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < streams; i++) {
        char mode = down ? MODE_SOURCE : MODE_SINK;
        all[i].fd = dial(port);
        if (all[i].fd < 0 || !send_all(all[i].fd, &mode, 1)) {
            die("connection %d of %d to port %d", i + 1, streams, port);
        }
        set_blocking(all[i].fd, false);
        watch(epoll, EPOLL_CTL_ADD, all[i].fd, down ? EPOLLIN : EPOLLIN | EPOLLOUT, &all[i]);
    }
    uint64_t start = now_ns();
    uint64_t ramp_end = 0;
    struct epoll_event events[TURN];
    int dead = 0;
    double elapsed;
    while ((elapsed = seconds_since(start)) < ramp_seconds + seconds && dead < streams) {
        if (ramp_end == 0 && elapsed >= ramp_seconds) {
            ramp_end = now_ns();
            for (int i = 0; i < streams; i++) {
                all[i].arrived_at_ramp = all[i].arrived;
            }
        }
        int ready = epoll_wait(epoll, events, TURN, 100);
        for (int i = 0; i < ready; i++) {
            struct stream *stream = events[i].data.ptr;
            bool alive = true;
            if ((events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
                alive = down ? take_download(stream) : take_acknowledgements(stream);
            }
            if (alive && (events[i].events & EPOLLOUT) != 0) {
                alive = push(stream);
            }
            if (!alive) {
                stream->dead = true;
                dead++;
                watch(epoll, EPOLL_CTL_DEL, stream->fd, 0, NULL);
            }
        }
    }
    double measured = ramp_end == 0 ? 0 : seconds_since(ramp_end);
    double sum = 0;
    double squares = 0;
    double total = 0;
    for (int i = 0; i < streams; i++) {
        double share = (double)(all[i].arrived - all[i].arrived_at_ramp);
        sum += share;
        squares += share * share;
        total += (double)all[i].arrived;
    }
    printf("{\"mb_per_s\":%.1f,\"jain\":%.4f,\"dead\":%d,\"total_bytes\":%.0f}\n", measured > 0 ? sum / measured / 1e6 : 0,
            squares > 0 ? sum * sum / (streams * squares) : 0, dead, total);
    return 0;
}
