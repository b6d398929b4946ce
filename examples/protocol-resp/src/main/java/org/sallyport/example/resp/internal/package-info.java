// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * A protocol that is not in the distribution: connections in RESP, the language of Redis, with a list of the commands that may
 * pass. It uses what any stranger has: {@code api}, {@code spi} and Netty.
 *
 * <p>Starting points: {@link org.sallyport.example.resp.internal.RespProtocol} is the service and its configuration,
 * {@link org.sallyport.example.resp.internal.RespIngress} the handler of one connection;
 * {@link org.sallyport.example.resp.internal.CommandReader} and {@link org.sallyport.example.resp.internal.ReplyReader} know the
 * bytes and nothing else.
 */
@NullMarked
package org.sallyport.example.resp.internal;

import org.jspecify.annotations.NullMarked;
