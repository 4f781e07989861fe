package dev.vl3mesh.testbed.lab;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives all system tests of a run the same lab: brought up for the first of them, and taken down after the last
/// unless it
/// was up before or VL3_KEEP_LAB is set. A lab that is up is made anew; with VL3_LAB=as-is it is used as it is.
public final class LabExtension implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LabExtension.class);

    private static volatile @Nullable Footprint before;

    private record RunningLab(Lab lab, boolean keep) implements AutoCloseable {
        static RunningLab start() {
            Lab lab = new Lab(LabPaths.of(System.getenv()), new Progress(System.out, false));
            boolean running = lab.running();
            boolean keep = running || System.getenv("VL3_KEEP_LAB") != null;
            if (!running) {
                before = Footprint.take(LabPaths.of(System.getenv()));
            }
            boolean anew = !"as-is".equals(System.getenv("VL3_LAB"));
            if (running && anew) {
                lab.down(); // what somebody left in it is no test's business
            }
            if (!running || anew) {
                lab.up(2, 1, false);
            }
            return new RunningLab(lab, keep);
        }

        @Override
        public void close() {
            if (!keep) {
                lab.down();
            }
        }
    }

    /// What was there before this run's lab; nothing where somebody's was up already.
    static Optional<Footprint> before() {
        return Optional.ofNullable(before);
    }

    private static Lab lab(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(RunningLab.class, _ -> RunningLab.start(), RunningLab.class)
                .lab();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        lab(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return lab(context);
    }
}
