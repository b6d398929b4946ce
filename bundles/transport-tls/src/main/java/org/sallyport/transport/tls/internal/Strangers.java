// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

/**
 * What a tunnel port grants to connections that no role admitted yet (PROTOCOL.md, before the attach).
 *
 * @param perSource most of them from one address
 * @param total most of them in all
 * @param patienceMillis how long each may take, from accept to admission
 */
record Strangers(int perSource, int total, long patienceMillis) {}
