// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.Registration;

/**
 * What a server has to know of all certificates that are stored at its end: what to send to clients whose leg it is for, and
 * what expires. Nothing that the other end sent is among it, and no key that was made here. Nothing here blocks; watchers
 * are called and stages complete on a thread of this service, on which nobody may block.
 */
@ProviderType
public interface HeldCertificates {
    /**
     * Tells what there is, then of each change; changes that follow each other quickly are told together. While the store
     * cannot be read nothing is told.
     *
     * @param watcher gets all legs that have something, one call at a time
     * @return ends the watch
     */
    Registration watch(Consumer<List<HeldLeg>> watcher);

    /** {@return what there is now, changes included whose stages completed before this was called} */
    CompletionStage<List<HeldLeg>> now();
}
