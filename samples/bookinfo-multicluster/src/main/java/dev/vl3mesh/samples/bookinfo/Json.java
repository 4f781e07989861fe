package dev.vl3mesh.samples.bookinfo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// As much of JSON (RFC 8259) as the programs speak among each other: objects, arrays, texts and whole numbers.
sealed interface Json {

    /// A text.
    record Text(String value) implements Json {
        @Override
        public String toString() {
            StringBuilder quoted = new StringBuilder("\"");
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                switch (c) {
                    case '"' -> quoted.append("\\\"");
                    case '\\' -> quoted.append("\\\\");
                    default -> {
                        if (c < ' ') {
                            quoted.append(String.format("\\u%04x", (int) c));
                        } else {
                            quoted.append(c);
                        }
                    }
                }
            }
            return quoted.append('"').toString();
        }
    }

    /// A whole number.
    record Whole(long value) implements Json {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /// An array.
    record Array(List<Json> items) implements Json {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return "[" + String.join(",", items.stream().map(Json::toString).toList()) + "]";
        }
    }

    /// An object; keeps the order of its fields.
    record Fields(Map<String, Json> fields) implements Json {
        public Fields {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        @Override
        public String toString() {
            return "{"
                    + String.join(
                            ",",
                            fields.entrySet().stream()
                                    .map(entry -> new Text(entry.getKey()) + ":" + entry.getValue())
                                    .toList())
                    + "}";
        }
    }

    /// Collects the fields of an object.
    final class Builder {
        private final Map<String, Json> fields = new LinkedHashMap<>();

        Builder with(String name, Json value) {
            fields.put(name, value);
            return this;
        }

        Builder with(String name, String value) {
            return with(name, new Text(value));
        }

        Builder with(String name, long value) {
            return with(name, new Whole(value));
        }

        Json done() {
            return new Fields(fields);
        }
    }

    /// Starts an object.
    static Builder object() {
        return new Builder();
    }

    /// Parses a text.
    ///
    /// @throws JsonException if it is no such JSON
    static Json parse(String text) {
        return new JsonParser(text).parse();
    }

    /// Whether this is an object with a field of this name.
    default boolean has(String name) {
        return this instanceof Fields object && object.fields.containsKey(name);
    }

    /// A field of this object.
    ///
    /// @throws JsonException if there is none
    default Json field(String name) {
        Json value = this instanceof Fields object ? object.fields.get(name) : null;
        if (value == null) {
            throw new JsonException("no field '" + name + "' in " + this);
        }
        return value;
    }

    /// The text that this is.
    ///
    /// @throws JsonException if it is none
    default String text() {
        if (this instanceof Text text) {
            return text.value;
        }
        throw new JsonException(this + " is no text");
    }

    /// The number that this is.
    ///
    /// @throws JsonException if it is none
    default long number() {
        if (this instanceof Whole whole) {
            return whole.value;
        }
        throw new JsonException(this + " is no whole number");
    }

    /// The items of the array that this is.
    ///
    /// @throws JsonException if it is none
    default List<Json> items() {
        if (this instanceof Array array) {
            return array.items;
        }
        throw new JsonException(this + " is no array");
    }
}
