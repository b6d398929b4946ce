// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
#include "load.h"

#include <stdio.h>
#include <stdlib.h>

void latency_init(struct latency *latency, size_t capacity) {
    *latency = (struct latency){.capacity = capacity, .samples = malloc(capacity * sizeof *latency->samples)};
    if (latency->samples == NULL) {
        die("no memory for %zu samples", capacity);
    }
}

void latency_add(struct latency *latency, uint64_t nanoseconds) {
    if (latency->count == latency->capacity) {
        latency->dropped++;
        return;
    }
    latency->samples[latency->count++] = nanoseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)nanoseconds;
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double microseconds_at(const struct latency *latency, double share) {
    if (latency->count == 0) {
        return 0;
    }
    return latency->samples[(size_t)(share * (double)(latency->count - 1))] / 1e3;
}

void latency_print(struct latency *latency) {
    qsort(latency->samples, latency->count, sizeof *latency->samples, ascending);
    printf("\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f",
            microseconds_at(latency, .5), microseconds_at(latency, .9), microseconds_at(latency, .99),
            microseconds_at(latency, .999), microseconds_at(latency, 1));
}
