package dev.vl3mesh.gates;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.concurrent.Executors;

/// Each thread is owned by an object that ends it.
@AnalyzeClasses(packages = "dev.vl3mesh", importOptions = ImportOption.DoNotIncludeTests.class)
class ThreadsTest {
    private static final Set<String> ENDING = Set.of("close", "stop");
    private static final Set<String> STARTING = Set.of("<init>", "ofPlatform", "ofVirtual", "startVirtualThread");

    private static final DescribedPredicate<JavaClass> OWNER =
            describe("a main, a worker, or an object that can be stopped", type -> {
                JavaClass owner = outermost(type);
                return owner.getSimpleName().matches(".*(Main|Worker)")
                        || owner.getAllMethods().stream().anyMatch(method -> ENDING.contains(method.getName()));
            });

    private static final DescribedPredicate<AccessTarget> A_NEW_THREAD = describe(
            "a new thread",
            target -> target.getOwner().isEquivalentTo(Executors.class)
                    || (target.getOwner().isEquivalentTo(Thread.class) && STARTING.contains(target.getName())));

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ThreadsTest::outermost).orElse(type);
    }

    /// In netns a thread is the only way to be in another network namespace (setns(2) moves the calling thread).
    @ArchTest
    static final ArchRule OWNERS_START_THREADS = noClasses()
            .that(DescribedPredicate.not(OWNER.or(resideInAPackage("dev.vl3mesh.linux.netns"))))
            .should()
            .callCodeUnitWhere(target(A_NEW_THREAD));
}
