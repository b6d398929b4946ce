// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* The resource: echo, source, sink and a reader that stalls, and an echo of datagrams, on one port, one thread, level-triggered. A source sends one chunk a turn, so that streams
 * share it evenly and unfairness that is measured is the program's. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    int fd;
    char mode; /* 0 until the first byte is here */
    uint64_t received, acknowledged;
    char *unsent; /* echo: what the socket did not take; nothing is read until it is gone */
    size_t unsent_length;
};

static char chunk[CHUNK];
static int epoll;

static void end(struct connection *connection) {
    close(connection->fd);
    free(connection->unsent);
    free(connection);
}

static bool would_block(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Each handler says whether the connection lives on. */
static bool echo(struct connection *connection, const char *bytes, size_t length) {
    ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && !would_block()) {
        return false;
    }
    size_t taken = sent < 0 ? 0 : (size_t)sent;
    if (taken == length) {
        return true;
    }
    char *rest = malloc(length - taken);
    if (rest == NULL) {
        return false;
    }
    memcpy(rest, bytes + taken, length - taken);
    free(connection->unsent);
    connection->unsent = rest;
    connection->unsent_length = length - taken;
    watch(epoll, EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
    return true;
}

static bool swallow(struct connection *connection, size_t length) {
    connection->received += length;
    if (connection->received - connection->acknowledged < ACK_EVERY) {
        return true;
    }
    ssize_t sent = send(connection->fd, &connection->received, sizeof connection->received, MSG_NOSIGNAL);
    if (sent == (ssize_t)sizeof connection->received) {
        connection->acknowledged = connection->received;
        return true;
    }
    return sent < 0 && would_block(); /* the next one says more */
}

static bool readable(struct connection *connection) {
    ssize_t length = recv(connection->fd, chunk, sizeof chunk, 0);
    if (length <= 0) {
        return length < 0 && would_block();
    }
    const char *bytes = chunk;
    if (connection->mode == 0) {
        connection->mode = *bytes++;
        length--;
        if (connection->mode == MODE_DRIP) {
            set_small_buffers(connection->fd);
            connection->mode = MODE_SOURCE;
        }
        if (connection->mode == MODE_SOURCE) {
            watch(epoll, EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
        } else if (connection->mode == MODE_STALL) {
            set_small_buffers(connection->fd);
            watch(epoll, EPOLL_CTL_MOD, connection->fd, 0, connection); /* leaves the end by a reset */
        }
    }
    switch (connection->mode) {
        case MODE_ECHO:
            return length == 0 || echo(connection, bytes, (size_t)length);
        case MODE_SINK:
            return swallow(connection, (size_t)length);
        case MODE_SOURCE:
        case MODE_STALL:
            return true;
        default:
            return false;
    }
}

static bool writable(struct connection *connection) {
    if (connection->mode == MODE_SOURCE) {
        return send(connection->fd, chunk, sizeof chunk, MSG_NOSIGNAL) >= 0 || would_block();
    }
    char *rest = connection->unsent;
    size_t length = connection->unsent_length;
    connection->unsent = NULL;
    connection->unsent_length = 0;
    watch(epoll, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    bool alive = echo(connection, rest, length);
    free(rest);
    return alive;
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) {
            close(fd);
            return;
        }
        connection->fd = fd;
        watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }
}

int run_resource(int port) {
    int bound;
    int listener = listen_on_loopback(port, &bound);
    memset(chunk, 'x', sizeof chunk);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    int datagrams = open_datagram_echo(bound);
    watch(epoll, EPOLL_CTL_ADD, datagrams, EPOLLIN, &datagrams);
    printf("{\"port\":%d}\n", bound);
    fflush(stdout);
    struct epoll_event events[TURN];
    for (;;) {
        int ready = epoll_wait(epoll, events, TURN, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                accept_all(listener);
                continue;
            }
            if (events[i].data.ptr == &datagrams) {
                echo_datagrams(datagrams);
                continue;
            }
            bool alive = (events[i].events & EPOLLERR) == 0
                    && ((events[i].events & EPOLLOUT) != 0 ? writable(connection) : readable(connection));
            if (!alive) {
                end(connection);
            }
        }
    }
}
