// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.balance;

import org.sallyport.api.ClientId;

/**
 * A client that could take a connection.
 *
 * @param client its ID
 * @param openStreams how many streams its tunnels carry now
 */
public record Candidate(ClientId client, int openStreams) {}
