// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/**
 * A message of the control stream. All are immutable; lists and maps are copied when a message is made.
 *
 * <p>Each message says who sends it. A receiver ignores one that it has no use for; the order rules (attach first, once)
 * are the roles' business.
 */
public sealed interface ControlMessage
        permits Attach,
                Attached,
                Refused,
                Config,
                Applied,
                Listeners,
                AclChange,
                AclResult,
                Csr,
                Sign,
                Certificates,
                LogLine,
                Drain,
                Detach,
                Renew,
                Terminate,
                Probe,
                ProbeResult {}
