package dev.vl3mesh.testbed.lab;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives all system tests of a run the same lab: brought up for the first of them, taken down after the last unless
/// VL3_KEEP_LAB is set.
public final class LabExtension implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LabExtension.class);

    private record RunningLab(Lab lab) implements AutoCloseable {
        static RunningLab start() {
            Lab lab = new Lab(LabPaths.of(System.getenv()), new Progress(System.out, false));
            lab.up(2, 1, false);
            return new RunningLab(lab);
        }

        @Override
        public void close() {
            if (System.getenv("VL3_KEEP_LAB") == null) {
                lab.down();
            }
        }
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
