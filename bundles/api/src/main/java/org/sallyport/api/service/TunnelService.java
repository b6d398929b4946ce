// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The tunnels of this end; one service a role. */
@ProviderType
public interface TunnelService {
    /** {@return the tunnels that are up now} */
    List<TunnelView> tunnels();
}
