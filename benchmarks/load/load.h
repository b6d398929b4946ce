// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/*
 * The load generator: one resource that programs under test carry connections to, and the loads that run against their ports.
 *
 * What a connection asks of the resource is its first byte (enum mode), so one destination serves every load. Each load is one
 * process with one thread, ends by itself, and prints JSON, one object a line. On a machine where one thread is the limit, the
 * figures of the program `direct` show it. The relay, which stands for a long path, is here because it is made of the same parts.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mode {
    MODE_ECHO = 'e',   /* what comes goes back */
    MODE_SOURCE = 's', /* the resource sends for ever */
    MODE_DRIP = 'd',   /* the same with small socket buffers, for a reader that stalls */
    MODE_SINK = 'k',   /* the resource reads, and says each ACK_EVERY bytes how many it has read (uint64_t, this machine's order) */
    MODE_STALL = 'z',  /* the resource reads no more; its socket's buffers are small */
};

enum {
    CHUNK = 256 * 1024,     /* bytes moved by one system call in bulk */
    ACK_EVERY = 512 * 1024, /* bytes between two acknowledgements of a sink */
    TURN = 256,             /* events taken from epoll at once */
};

/* net.c */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t now_ns(void);
double seconds_since(uint64_t start_ns);
/* Ends this process by SIGALRM a little after `seconds`, whatever hangs. */
void end_at_the_latest_after(double seconds);
int listen_on_loopback(int port, int *bound_port);
/* A connected, blocking socket with TCP_NODELAY, or -1 with errno. */
int dial(int port);
/* A non-blocking socket whose connect has been started, or -1 with errno. */
int start_dial(int port);
void set_blocking(int fd, bool blocking);
/* So that many stalled connections fill the program under test, not the kernel's memory for TCP. */
void set_small_buffers(int fd);
bool send_all(int fd, const void *bytes, size_t length);
bool receive_all(int fd, void *bytes, size_t length);
/* Adds or changes a descriptor whose epoll data is `data`. */
void watch(int epoll, int operation, int fd, uint32_t events, void *data);

/* latency.c: samples in nanoseconds, bounded; beyond the bound they are dropped and only counted */
struct latency {
    uint32_t *samples;
    size_t count, capacity, dropped;
};
void latency_init(struct latency *latency, size_t capacity);
void latency_add(struct latency *latency, uint64_t nanoseconds);
/* Sorts, and prints `"p50_us":…,"p90_us":…,"p99_us":…,"p999_us":…,"max_us":…` */
void latency_print(struct latency *latency);

/* datagrams.c: the resource's socket for datagrams, and what it does when there are some */
int open_datagram_echo(int port);
void echo_datagrams(int fd);

/* the loads; each returns the exit code */
int run_resource(int port);
int run_bulk(int port, bool down, int streams, double seconds, double ramp_seconds);
int run_ping(int port, size_t size, double seconds);
int run_connects(int port, int parallel, double seconds);
int run_idle(int port, int count, double seconds);
int run_stall(int port, bool down, int count, double seconds);
int run_datagrams(int port, double rate, size_t size, double seconds);
int run_relay(int to_port, double round_trip_ms, double megabits);

#endif
