// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/* A long path: what comes in is passed on after half a round trip, at no more than the line's rate, in order and without loss.
 *
 * Each direction has one line, which all connections share, and each connection a ring in each direction, as large as what the line
 * holds in flight and a router's buffer before it. When the ring is full nothing is read, so the sender's socket fills and the sender
 * waits. TCP ends here at both sides: its own windows and slow start see loopback, and what shows is how the program's protocol
 * bears the delay. Passing on is late by up to a millisecond, the resolution of epoll. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LARGEST_READ = 64 * 1024, /* so that the line is shared in small pieces */
    CONNECTIONS = 64,
};
static const double ROUTER_SECONDS = .05;

/* Bytes that came together, up to `end`, leave at `due`. */
struct piece {
    uint64_t end, due;
};

/* One direction of a connection. Positions grow for ever; modulo the capacities they are indices. */
struct direction {
    char *ring;
    struct piece *pieces;
    uint64_t in, out;
    uint64_t first_piece, next_piece;
    bool ended;     /* the FIN is here; it leaves after the bytes */
    uint64_t end_due;
    bool passed_on; /* the FIN, too */
    bool blocked;   /* the receiver's socket is full */
};

struct connection;

struct side {
    struct connection *connection;
    int fd;
    uint32_t events;
    bool left; /* epoll's */
    struct direction *incoming, *outgoing;
};

struct connection {
    struct side near, far;
    struct direction onward, back;
    bool broken;
};

static int epoll;
static uint64_t capacity, piece_capacity, one_way_ns;
static double ns_per_byte;
static uint64_t line_free_at[2]; /* onward, back */
static struct connection *connections[CONNECTIONS];

static bool would_block(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static bool has_room(const struct direction *direction) {
    return !direction->ended && direction->in - direction->out < capacity
            && direction->next_piece - direction->first_piece < piece_capacity;
}

static uint64_t after_the_line(size_t length, bool onward) {
    uint64_t now = now_ns();
    uint64_t *free_at = &line_free_at[onward ? 0 : 1];
    uint64_t begin = *free_at > now ? *free_at : now;
    *free_at = begin + (uint64_t)((double)length * ns_per_byte);
    return *free_at + one_way_ns;
}

/* Whether the connection lives on. */
static bool take(struct side *side) {
    struct direction *direction = side->incoming;
    bool onward = direction == &side->connection->onward;
    while (has_room(direction)) {
        uint64_t at = direction->in % capacity;
        uint64_t room = capacity - (direction->in - direction->out);
        uint64_t length = room < capacity - at ? room : capacity - at;
        ssize_t received = recv(side->fd, direction->ring + at, length < LARGEST_READ ? length : LARGEST_READ, 0);
        if (received < 0) {
            return would_block();
        }
        if (received == 0) {
            direction->ended = true;
            direction->end_due = after_the_line(0, onward);
            return true;
        }
        direction->in += (uint64_t)received;
        direction->pieces[direction->next_piece++ % piece_capacity] =
                (struct piece){.end = direction->in, .due = after_the_line((size_t)received, onward)};
    }
    return true;
}

/* Passes on what is due; whether the connection lives on. */
static bool give(struct side *side) {
    struct direction *direction = side->outgoing;
    uint64_t now = now_ns();
    uint64_t due_end = direction->out;
    for (uint64_t i = direction->first_piece; i < direction->next_piece; i++) {
        struct piece *piece = &direction->pieces[i % piece_capacity];
        if (piece->due > now) {
            break;
        }
        due_end = piece->end;
    }
    direction->blocked = false;
    while (direction->out < due_end) {
        uint64_t at = direction->out % capacity;
        uint64_t length = due_end - direction->out;
        length = length < capacity - at ? length : capacity - at;
        ssize_t sent = send(side->fd, direction->ring + at, length, MSG_NOSIGNAL);
        if (sent < 0 && would_block()) {
            direction->blocked = true;
            break;
        }
        if (sent < 0) {
            return false;
        }
        direction->out += (uint64_t)sent;
    }
    while (direction->first_piece < direction->next_piece
            && direction->pieces[direction->first_piece % piece_capacity].end <= direction->out) {
        direction->first_piece++;
    }
    if (direction->ended && !direction->passed_on && direction->out == direction->in && direction->end_due <= now) {
        shutdown(side->fd, SHUT_WR);
        direction->passed_on = true;
    }
    return true;
}

static void update_interest(struct side *side) {
    if (side->incoming->ended && side->outgoing->passed_on) {
        if (!side->left) { /* closed both ways: epoll would report that for ever */
            side->left = true;
            watch(epoll, EPOLL_CTL_DEL, side->fd, 0, NULL);
        }
        return;
    }
    uint32_t events = (has_room(side->incoming) ? EPOLLIN : 0u) | (side->outgoing->blocked ? EPOLLOUT : 0u);
    if (events != side->events) {
        side->events = events;
        watch(epoll, EPOLL_CTL_MOD, side->fd, events, side);
    }
}

static void *mapped(size_t length) {
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        die("no memory for %zu bytes", length);
    }
    return memory;
}

static void open_direction(struct direction *direction) {
    direction->ring = mapped(capacity);
    direction->pieces = mapped(piece_capacity * sizeof *direction->pieces);
}

static void close_direction(struct direction *direction) {
    munmap(direction->ring, capacity);
    munmap(direction->pieces, piece_capacity * sizeof *direction->pieces);
}

static void open_side(struct side *side, struct connection *connection, int fd, bool near) {
    *side = (struct side){
            .connection = connection,
            .fd = fd,
            .events = EPOLLIN,
            .incoming = near ? &connection->onward : &connection->back,
            .outgoing = near ? &connection->back : &connection->onward,
    };
    set_blocking(fd, false);
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, side);
}

static void accept_all(int listener, int to_port) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int slot = 0;
        while (slot < CONNECTIONS && connections[slot] != NULL) {
            slot++;
        }
        int far = slot < CONNECTIONS ? dial(to_port) : -1;
        if (far < 0) {
            close(fd);
            continue;
        }
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) {
            die("no memory for a connection");
        }
        open_direction(&connection->onward);
        open_direction(&connection->back);
        open_side(&connection->near, connection, fd, true);
        open_side(&connection->far, connection, far, false);
        connections[slot] = connection;
    }
}

static void end(struct connection *connection) {
    if (connection->broken) { /* the other side learns it as it is */
        struct linger reset = {.l_onoff = 1};
        setsockopt(connection->near.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        setsockopt(connection->far.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    close(connection->near.fd);
    close(connection->far.fd);
    close_direction(&connection->onward);
    close_direction(&connection->back);
    free(connection);
}

static uint64_t next_due(const struct direction *direction, uint64_t soonest) {
    if (direction->blocked) {
        return soonest; /* epoll tells */
    }
    uint64_t due = UINT64_MAX;
    if (direction->first_piece < direction->next_piece) {
        due = direction->pieces[direction->first_piece % piece_capacity].due;
    } else if (direction->ended && !direction->passed_on) {
        due = direction->end_due;
    }
    return due < soonest ? due : soonest;
}

/* Passes on everything that is due, drops what is over; the milliseconds until more is due, or -1. */
static int turn(void) {
    uint64_t soonest = UINT64_MAX;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = connections[i];
        if (connection == NULL) {
            continue;
        }
        connection->broken = connection->broken || !give(&connection->near) || !give(&connection->far);
        if (connection->broken || (connection->onward.passed_on && connection->back.passed_on)) {
            end(connection);
            connections[i] = NULL;
            continue;
        }
        update_interest(&connection->near);
        update_interest(&connection->far);
        soonest = next_due(&connection->onward, next_due(&connection->back, soonest));
    }
    uint64_t now = now_ns();
    return soonest == UINT64_MAX ? -1 : soonest <= now ? 0 : (int)((soonest - now) / 1000000 + 1);
}

int run_relay(int to_port, double round_trip_ms, double megabits) {
    int bound;
    int listener = listen_on_loopback(0, &bound);
    ns_per_byte = 8e3 / megabits;
    one_way_ns = (uint64_t)(round_trip_ms * 1e6 / 2);
    capacity = (uint64_t)(((double)one_way_ns + ROUTER_SECONDS * 1e9) / ns_per_byte);
    capacity = capacity < LARGEST_READ ? LARGEST_READ : capacity;
    piece_capacity = 2 * capacity / 1024; /* pieces are larger on the average when there are many */
    epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    printf("{\"port\":%d}\n", bound);
    fflush(stdout);
    struct epoll_event events[TURN];
    for (;;) {
        int ready = epoll_wait(epoll, events, TURN, turn());
        for (int i = 0; i < ready; i++) {
            struct side *side = events[i].data.ptr;
            if (side == NULL) {
                accept_all(listener, to_port);
            } else if ((events[i].events & EPOLLERR) != 0 || ((events[i].events & EPOLLIN) != 0 && !take(side))) {
                side->connection->broken = true;
            }
        }
    }
}
