// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.registry.internal.Write.Name;
import org.sallyport.registry.internal.Write.Table;

/** What a journal amounts to: the values that its records left. For one thread. */
final class Tables {
    private final Map<Table, Map<String, JsonNode>> tables = new EnumMap<>(Table.class);

    /** {@return a value, or null when there is none} */
    @Nullable
    JsonNode get(Name name) {
        return all(name.table()).get(name.key());
    }

    /** {@return the values of a table by key} */
    Map<String, JsonNode> all(Table table) {
        return tables.getOrDefault(table, Map.of());
    }

    void apply(List<Write> writes) {
        for (Write write : writes) {
            Map<String, JsonNode> table = tables.computeIfAbsent(write.name().table(), made -> new TreeMap<>());
            JsonNode value = write.value();
            if (value == null) {
                table.remove(write.name().key());
            } else {
                table.put(write.name().key(), value);
            }
        }
    }

    /** {@return writes that make these tables of empty ones} */
    List<Write> writes() {
        List<Write> writes = new ArrayList<>();
        tables.forEach((table, values) -> values.forEach((key, value) -> writes.add(Write.put(table, key, value))));
        return writes;
    }
}
