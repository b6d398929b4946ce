// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.spi.Protocol;

/** Bytes pass as they are, both half-closes and resets included: all of that is the data plane's work. */
@Component(property = Protocol.NAME + "=tcp")
public final class TcpProtocol implements Protocol {}
