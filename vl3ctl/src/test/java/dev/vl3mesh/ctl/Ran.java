package dev.vl3mesh.ctl;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.InstantSource;

/// What a call of the command line did.
record Ran(int exitCode, String out, String err) {
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    static Ran of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Vl3Ctl.run(
                new PrintWriter(out, true), new PrintWriter(err, true), false, InstantSource.fixed(NOW), arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
