package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.session.Session;

/// Says what is waited for, each thing once.
final class Progress {
    private final Session session;
    private String last = "";

    Progress(Session session) {
        this.session = session;
    }

    void say(String line) {
        if (!line.equals(last)) {
            last = line;
            session.hint(line);
        }
    }
}
