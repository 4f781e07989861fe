package dev.vl3mesh.samples.bookinfo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads one JSON value of the kinds that [Json] knows.
final class JsonParser {
    /// Deeper than any answer of ours, and far from the end of the stack.
    private static final int DEPTH_MAX = 32;

    private static final int HEX_DIGITS = 4;

    private final String text;
    private int at;
    private int depth;

    JsonParser(String text) {
        this.text = text;
    }

    Json parse() {
        Json value = value();
        if (peek() != 0) {
            throw wrong("the end");
        }
        return value;
    }

    private Json value() {
        return switch (peek()) {
            case '{' -> nested(this::object);
            case '[' -> nested(this::array);
            case '"' -> new Json.Text(string());
            default -> number();
        };
    }

    private interface Part {
        Json read();
    }

    private Json nested(Part part) {
        if (++depth > DEPTH_MAX) {
            throw wrong("at most " + DEPTH_MAX + " levels");
        }
        at++;
        Json value = part.read();
        depth--;
        return value;
    }

    private Json object() {
        Map<String, Json> fields = new LinkedHashMap<>();
        if (skip('}')) {
            return new Json.Fields(fields);
        }
        do {
            if (peek() != '"') {
                throw wrong("a field's name");
            }
            String name = string();
            expect(':');
            fields.put(name, value());
        } while (skip(','));
        expect('}');
        return new Json.Fields(fields);
    }

    private Json array() {
        List<Json> items = new ArrayList<>();
        if (skip(']')) {
            return new Json.Array(items);
        }
        do {
            items.add(value());
        } while (skip(','));
        expect(']');
        return new Json.Array(items);
    }

    private String string() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            value.append(c == '\\' ? escaped() : c);
        }
        if (at == text.length()) {
            throw wrong("'\"'");
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : 0;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("an escape");
        };
    }

    private char unicode() {
        int value = 0;
        for (int end = at + HEX_DIGITS; at < end; at++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw wrong("four hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private Json number() {
        int start = at;
        while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return new Json.Whole(Long.parseLong(text, start, at, 10));
        } catch (NumberFormatException e) {
            throw wrong("an object, an array, a text or a whole number");
        }
    }

    /// The next character that is no white space; 0 at the end.
    private char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean skip(char expected) {
        boolean there = peek() == expected;
        if (there) {
            at++;
        }
        return there;
    }

    private void expect(char expected) {
        if (!skip(expected)) {
            throw wrong("'" + expected + "'");
        }
    }

    private JsonException wrong(String expected) {
        return new JsonException("JSON at character " + at + ": expected " + expected);
    }
}
