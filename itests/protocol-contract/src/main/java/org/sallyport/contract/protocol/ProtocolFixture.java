// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.sallyport.spi.Protocol;

/** Two ends that carry a protocol, legs unprotected, in each direction and across event loops. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // the fields are set before each test
public abstract class ProtocolFixture implements ContractTest {
    @Parameter
    Way way;

    TwoEnds ends;
    private Protocol service;

    /** {@return the protocol under test, a new one for each test} */
    protected abstract Protocol protocol();

    /** {@return the name that it is installed under} */
    protected abstract String name();

    /** {@return the kind of event loops, empty for the best} */
    protected String io() {
        return "";
    }

    @BeforeEach
    void open() {
        Properties system = new Properties();
        system.setProperty("sallyport.io", io());
        service = protocol();
        ends = new TwoEnds(way, system, name(), service);
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Override
    public TwoEnds ends() {
        return ends;
    }

    @Override
    public Protocol service() {
        return service;
    }

    @Override
    public String protocolName() {
        return name();
    }
}
