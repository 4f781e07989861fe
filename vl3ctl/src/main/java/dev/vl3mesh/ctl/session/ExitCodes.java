package dev.vl3mesh.ctl.session;

/// What the process answers to scripts.
public final class ExitCodes {
    /// Done, and well.
    public static final int WELL = 0;
    /// Not well: a check that failed, a refusal, a time that ran out.
    public static final int NOT_WELL = 1;
    /// The call itself is wrong.
    public static final int WRONG_CALL = 2;

    private ExitCodes() {}
}
