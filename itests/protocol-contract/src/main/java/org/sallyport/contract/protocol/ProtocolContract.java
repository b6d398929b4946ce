// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a protocol that carries bytes as they are has to keep, in each direction and across event loops. */
@ParameterizedClass
@EnumSource(Way.class)
public abstract class ProtocolContract extends ProtocolFixture
        implements CarryingContract, OpeningContract, LimitsContract, ChangesContract {}
