// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.registry.internal.Samples.await;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.Gateway;
import org.sallyport.api.registry.RegistryChange.PutDestination;
import org.sallyport.api.registry.RegistryChange.PutGateway;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.registry.internal.Write.Name;
import org.sallyport.registry.internal.Write.Table;

/** Files that are not as we left them, and files of other versions. */
@Timeout(120)
class JournalTest {
    private static final String DAMAGED = "is damaged or no journal of Sallyport: ";
    private static final Name NOTE = new Name(Table.META, "note");

    @TempDir
    Path directory;

    @Test
    void theFormIsAsDocumented() throws Exception {
        StateDirectory state = new StateDirectory(directory.resolve("form"));
        Journal journal = new Journal(state, Schema.NOW);
        journal.open();
        journal.commit(List.of(Write.put(Table.BLOCKED, "one", BooleanNode.TRUE), Records.revision(1)));
        journal.commit(List.of(Write.remove(Table.BLOCKED, "one"), Records.revision(2)));
        journal.close();

        assertThat(state.file(Journal.NAME))
                .hasContent(
                        """
                        sallyport-registry schema 000001 closed 00000000000000b5
                        d006b62e []
                        817eb4cf [["blocked","one",true],["meta","revision",1]]
                        ea358a0e [["blocked","one",null],["meta","revision",2]]
                        """);
    }

    @Test
    void aFileThatIsSomethingElseIsRefusedAndKept() throws Exception {
        byte[] noise = new byte[100_000];
        new Random(3).nextBytes(noise);
        refusedAndKept(noise, DAMAGED + "it does not begin as one");
        refusedAndKept("hello".getBytes(US_ASCII), DAMAGED + "it does not begin as one");
        refusedAndKept(new byte[20_000], DAMAGED + "it does not begin as one");
        refusedAndKept(new byte[0], DAMAGED + "it does not begin as one");
    }

    @Test
    void aTruncatedFileIsRefusedAndKept() throws Exception {
        byte[] whole = filled();
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 1001) {
            refusedAndKept(Arrays.copyOf(whole, length), DAMAGED);
        }
        refusedAndKept(Arrays.copyOf(whole, whole.length + 1), DAMAGED);
    }

    @Test
    void aFileWithAChangedByteIsRefusedAndKept() throws Exception {
        byte[] whole = filled();
        for (int at = 0; at < whole.length; at += at < 200 ? 1 : 101) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            refusedAndKept(changed, "");
        }
    }

    @Test
    void aLineThatWasNotFinishedIsDropped() throws Exception {
        byte[] open = notClosed(filled());
        RegistrySnapshot expected = read(open);
        for (String rest : List.of("1", "12345678 [[", "12345678 []\n", "\n", "\0\0\0\0")) {
            byte[] torn = Arrays.copyOf(open, open.length + rest.length());
            System.arraycopy(rest.getBytes(US_ASCII), 0, torn, open.length, rest.length());
            assertThat(read(torn)).isEqualTo(expected);
        }
    }

    @Test
    void aChangedLineBeforeTheLastIsRefusedAlsoWhenTheFileWasNotClosed() throws Exception {
        byte[] open = notClosed(filled());
        int last = new String(open, 0, open.length - 1, ISO_8859_1).lastIndexOf('\n');
        for (int at = JournalForm.HEAD_BYTES; at <= last; at += 103) {
            byte[] changed = open.clone();
            changed[at] ^= 1;
            refusedAndKept(changed, "");
        }
        byte[] withoutOne = open.clone();
        int begin = JournalForm.HEAD_BYTES
                + new String(open, ISO_8859_1).substring(JournalForm.HEAD_BYTES).indexOf('\n')
                + 1;
        int end = new String(open, ISO_8859_1).indexOf('\n', begin) + 1;
        System.arraycopy(open, end, withoutOne, begin, open.length - end);
        refusedAndKept(Arrays.copyOf(withoutOne, open.length - (end - begin)), DAMAGED);
    }

    @Test
    void aDamagedFileIsShownInHealthAndUsedWhenItIsRestored() throws Exception {
        byte[] whole = filled();
        StateDirectory state = state(Arrays.copyOf(whole, whole.length / 2));
        EmbeddedStore store = new EmbeddedStore(state, new Journal(state, Schema.NOW), Duration.ofMillis(20));
        try {
            EmbeddedRegistry registry = new EmbeddedRegistry(store);
            assertThat(new RegistryHealth(store).check().text()).isEqualTo("not used yet");
            assertThatThrownBy(() -> await(registry.read())).isInstanceOf(RegistryException.class);
            assertThat(new RegistryHealth(store).check().healthy()).isFalse();
            assertThat(new RegistryHealth(store).check().text())
                    .contains(state.file(Journal.NAME).toString())
                    .contains("restore the directory from a backup");

            Files.write(state.file(Journal.NAME), whole);

            while (!new RegistryHealth(store).check().healthy()) {
                assertThat(Thread.interrupted()).as("whether the limit is over").isFalse();
                Thread.onSpinWait();
            }
            assertThat(await(registry.read()).gateways()).hasSize(50);
        } finally {
            store.stop();
        }
    }

    @Test
    void aFileOfANewerSchemaIsRefusedAndKept() throws Exception {
        byte[] newer = new String(filled(), ISO_8859_1)
                .replace("schema 000001", "schema 000007")
                .getBytes(ISO_8859_1);

        refusedAndKept(
                newer,
                "has schema 7, made by a newer version of Sallyport: expected at most 1. It was left as it is; start the"
                        + " version that made it, or restore a backup of this one");
    }

    @Test
    void aFileOfAnOlderSchemaIsMigratedStepByStep() {
        StateDirectory state = new StateDirectory(directory.resolve("older"));
        Journal first = new Journal(state, Schema.NOW);
        first.open();
        first.commit(List.of(new Write(NOTE, TextNode.valueOf("a"))));
        first.close();

        Schema.Migration append = older ->
                List.of(new Write(NOTE, TextNode.valueOf(older.get(NOTE).asText() + "b")));
        Journal second = new Journal(state, new Schema(List.of(append, append)));
        assertThat(second.open().get(NOTE).asText()).isEqualTo("abb");
        second.close();

        Journal third = new Journal(state, new Schema(List.of(append, append)));
        assertThat(third.open().get(NOTE).asText()).isEqualTo("abb");
        third.close();
        assertThatThrownBy(first::open).hasMessageContaining("has schema 3, made by a newer version");
        first.close();
    }

    @Test
    void aMigrationThatFailsLeavesTheFileToTheVersionThatMadeIt() {
        StateDirectory state = new StateDirectory(directory.resolve("failing"));
        Journal first = new Journal(state, Schema.NOW);
        first.open();
        first.commit(List.of(new Write(NOTE, TextNode.valueOf("a"))));
        first.close();

        Journal second = new Journal(state, new Schema(List.of(older -> {
            throw new IllegalStateException("cannot be migrated");
        })));
        assertThatThrownBy(second::open).hasMessageContaining("cannot be migrated");
        second.close();

        assertThat(first.open().get(NOTE).asText()).isEqualTo("a");
        first.close();
    }

    @Test
    void twoUsersOfOneDirectoryInOneProcessAreToldSo() {
        StateDirectory state = new StateDirectory(directory.resolve("shared"));
        Journal first = new Journal(state, Schema.NOW);
        first.open();
        Journal second = new Journal(state, Schema.NOW);

        assertThatThrownBy(second::open)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(state.path() + " is in use by this process");

        first.close();
        assertThat(second.open()).isNotNull();
        second.close();
    }

    @Test
    void theFileIsWrittenAnewWhenMostOfItIsOutdated() throws Exception {
        StateDirectory state = new StateDirectory(directory.resolve("growth"));
        Files.createDirectories(state.path());
        Files.writeString(state.file(Journal.NAME + ".new"), "left by a process that ended while it wrote this");
        EmbeddedStore store =
                new EmbeddedStore(state, new Journal(state, Schema.NOW, Disk.REAL, 10_000), Duration.ofHours(1));
        EmbeddedRegistry registry = new EmbeddedRegistry(store);
        Samples samples = new Samples(1);
        Gateway gateway = samples.gateway();
        Gateway other = samples.gateway();
        await(registry.change(now -> List.of(new PutGateway(gateway), new PutGateway(other))));
        for (int i = 0; i < 500; i++) {
            boolean enabled = i % 2 == 0;
            await(registry.change(now -> List.of(new PutGateway(gateway.withEnabled(enabled)))));
            assertThat(Files.size(state.file(Journal.NAME))).isLessThan(12_000);
        }
        RegistrySnapshot before = await(registry.read());
        store.stop();

        assertThat(read(Files.readAllBytes(state.file(Journal.NAME)))).isEqualTo(before);
        assertThat(before.revision()).isEqualTo(501);
        assertThat(Samples.permissions(state.file(Journal.NAME))).isEqualTo("rw-------");
    }

    @Test
    void aValueThatMakesNoSenseIsNamed() {
        StateDirectory state = new StateDirectory(directory.resolve("senseless"));
        Journal journal = new Journal(state, Schema.NOW);
        journal.open();
        journal.commit(List.of(Write.put(
                Table.GATEWAYS,
                "qsn47KM8iTa_local",
                JsonNodeFactory.instance.objectNode().put("name", "x"))));
        assertThatThrownBy(() -> Records.read(journal.open()))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("the stored gateway qsn47KM8iTa_local makes no sense")
                .hasMessageContaining("has no field 'token'");
        journal.commit(List.of(Write.put(Table.GATEWAYS, "qsn47KM8iTa_local", TextNode.valueOf("x"))));
        assertThatThrownBy(() -> Records.read(journal.open()))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("gateway qsn47KM8iTa_local");
        journal.close();
    }

    private void refusedAndKept(byte[] bytes, String message) throws Exception {
        StateDirectory state = state(bytes);
        Journal journal = new Journal(state, Schema.NOW);
        assertThatThrownBy(() -> Records.read(journal.open()))
                .as("%s bytes", bytes.length)
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(state.file(Journal.NAME) + " " + message);
        journal.close();
        assertThat(Files.readAllBytes(state.file(Journal.NAME)))
                .as("%s bytes", bytes.length)
                .isEqualTo(bytes);
    }

    private RegistrySnapshot read(byte[] bytes) throws Exception {
        Journal journal = new Journal(state(bytes), Schema.NOW);
        try {
            return Records.read(journal.open()).registry();
        } finally {
            journal.close();
        }
    }

    private StateDirectory state(byte[] bytes) throws Exception {
        StateDirectory state = new StateDirectory(Files.createTempDirectory(directory, "state"));
        state.makeFile(state.file(Journal.NAME));
        Files.write(state.file(Journal.NAME), bytes);
        return state;
    }

    private static byte[] notClosed(byte[] closed) {
        byte[] open = closed.clone();
        byte[] head = new JournalForm.Head(1, JournalForm.NOT_CLOSED).bytes();
        System.arraycopy(head, 0, open, 0, head.length);
        return open;
    }

    private byte[] filled() throws Exception {
        StateDirectory state = new StateDirectory(directory.resolve("filled"));
        EmbeddedStore store = new EmbeddedStore(state);
        EmbeddedRegistry registry = new EmbeddedRegistry(store);
        Samples samples = new Samples(2);
        for (int i = 0; i < 50; i++) {
            Gateway gateway = samples.gateway();
            await(registry.change(
                    now -> List.of(new PutGateway(gateway), new PutDestination(samples.destination(gateway.id())))));
        }
        store.stop();
        return Files.readAllBytes(state.file(Journal.NAME));
    }
}
