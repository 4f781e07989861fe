package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A function fits on a screen.
class FunctionsTest {
    private static final int LINES_MAX = 69;

    @Test
    void functionsAreShort() throws IOException {
        List<Path> sources =
                Tree.files(".java").stream().map(Tree.ROOT::resolve).toList();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> tooLong = new ArrayList<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                LineMap lines = unit.getLineMap();
                unit.accept(
                        new TreeScanner<@Nullable Void, @Nullable Void>() {
                            @Override
                            public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
                                long first = lines.getLineNumber(positions.getStartPosition(unit, method));
                                long last = lines.getLineNumber(positions.getEndPosition(unit, method));
                                if (last - first + 1 > LINES_MAX) {
                                    tooLong.add(Tree.ROOT.relativize(
                                                    Path.of(unit.getSourceFile().toUri())) + ":" + first + " "
                                            + method.getName() + ": " + (last - first + 1) + " lines");
                                }
                                return super.visitMethod(method, null);
                            }
                        },
                        null);
            }
        }
        assertThat(tooLong).as("functions of more than " + LINES_MAX + " lines").isEmpty();
    }
}
