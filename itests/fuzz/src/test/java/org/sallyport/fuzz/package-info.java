// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Fuzz tests of what reads a peer's bytes.
 *
 * <p>Start with {@link org.sallyport.fuzz.AttachedMuxFuzzTest}: a fuzzer writes the peer's frames and what this end does
 * beside, {@link org.sallyport.fuzz.FuzzedEnd} carries it out on a mux in memory, {@link org.sallyport.fuzz.Rules} knows from
 * the frames alone when PROTOCOL.md lets a connection be closed. Seeds are files under {@code src/test/resources}; those that a
 * program can write are written by {@link org.sallyport.fuzz.SeedsTest}. A fuzz test finds its input by numbers from the back of
 * the file and bytes from its front.
 *
 * <p>A finding fails the build and leaves its input among the seeds, where each later build runs it.
 */
@NullMarked
package org.sallyport.fuzz;

import org.jspecify.annotations.NullMarked;
