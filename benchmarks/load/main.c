// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
        "load resource PORT                       echo, source and sink, and echo of datagrams (PORT 0: any free one); prints its port,\n"
        "                                         runs until ended\n"
        "load bulk PORT down|up STREAMS SECONDS [RAMP]\n"
        "                                         throughput and fairness, after RAMP seconds (0.4) that do not count\n"
        "load ping PORT SIZE SECONDS              round trips of one connection\n"
        "load connects PORT PARALLEL SECONDS      new connections a second\n"
        "load idle PORT COUNT SECONDS             idle connections, held until standard input ends\n"
        "load stall PORT down|up COUNT SECONDS    connections whose reader reads nothing: this end (down), the resource (up); held\n"
        "                                         until standard input ends\n"
        "load datagrams PORT RATE SIZE SECONDS    so many datagrams a second, and how many do not come back\n"
        "load relay PORT RTT_MS MBIT              a path to PORT with that round trip and line rate; prints its port, runs until ended\n";

static const char *word(int count, char **words, int index) {
    if (index >= count) {
        fputs(USAGE, stderr);
        exit(2);
    }
    return words[index];
}

static double number(int count, char **words, int index, double lowest, double highest) {
    const char *text = word(count, words, index);
    char *end;
    double value = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(value >= lowest && value <= highest)) {
        fprintf(stderr, "load: %s: expected a number from %g to %g\n%s", text, lowest, highest, USAGE);
        exit(2);
    }
    return value;
}

static bool is_down(int count, char **words, int index) {
    const char *way = word(count, words, index);
    if (strcmp(way, "down") != 0 && strcmp(way, "up") != 0) {
        fprintf(stderr, "load: %s: expected down or up\n%s", way, USAGE);
        exit(2);
    }
    return strcmp(way, "down") == 0;
}

int main(int count, char **words) {
    const char *load = word(count, words, 1);
    int port = (int)number(count, words, 2, 0, 65535);
    if (strcmp(load, "resource") == 0) {
        return run_resource(port);
    }
    if (strcmp(load, "bulk") == 0) {
        bool down = is_down(count, words, 3);
        double ramp = count > 6 ? number(count, words, 6, 0, 60) : .4;
        return run_bulk(port, down, (int)number(count, words, 4, 1, 10000), number(count, words, 5, .1, 600), ramp);
    }
    if (strcmp(load, "ping") == 0) {
        return run_ping(port, (size_t)number(count, words, 3, 1, 65536), number(count, words, 4, .1, 600));
    }
    if (strcmp(load, "connects") == 0) {
        return run_connects(port, (int)number(count, words, 3, 1, 10000), number(count, words, 4, .1, 600));
    }
    if (strcmp(load, "idle") == 0) {
        return run_idle(port, (int)number(count, words, 3, 1, 60000), number(count, words, 4, .1, 600));
    }
    if (strcmp(load, "stall") == 0) {
        bool down = is_down(count, words, 3);
        return run_stall(port, down, (int)number(count, words, 4, 1, 10000), number(count, words, 5, .1, 600));
    }
    if (strcmp(load, "datagrams") == 0) {
        double rate = number(count, words, 3, 1, 1e6);
        return run_datagrams(port, rate, (size_t)number(count, words, 4, 1, 1400), number(count, words, 5, .1, 600));
    }
    if (strcmp(load, "relay") == 0) {
        return run_relay(port, number(count, words, 3, 0, 2000), number(count, words, 4, 1, 100000));
    }
    fputs(USAGE, stderr);
    return 2;
}
