package dev.vl3mesh.gates;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/// Who may know whom. ARCHITECTURE.md draws the same picture.
@AnalyzeClasses(packages = "dev.vl3mesh", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
    /// What protoc writes is not ours to shape.
    private static final DescribedPredicate<JavaClass> GENERATED =
            describe("generated", type -> type.getPackageName().contains(".proto"));

    /// Read by a main, and handed to all of its module.
    private static final DescribedPredicate<JavaClass> A_CONFIGURATION =
            describe("a configuration", type -> type.getSimpleName().endsWith("Config"));

    /// Puts the parts of its module together.
    private static final DescribedPredicate<JavaClass> A_MAIN =
            describe("a main", type -> type.getSimpleName().matches("\\w+Main|Vl3Ctl"));

    private static ArchRule knows(String room, String... rooms) {
        String[] allowed = new String[rooms.length + 1];
        System.arraycopy(rooms, 0, allowed, 0, rooms.length);
        allowed[rooms.length] = room;
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.vl3mesh..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true);
    }

    @ArchTest
    static final ArchRule MODEL_KNOWS_NOTHING = knows("dev.vl3mesh.model..");

    @ArchTest
    static final ArchRule API_KNOWS_THE_MODEL = knows("dev.vl3mesh.api..", "dev.vl3mesh.model..");

    @ArchTest
    static final ArchRule IDENTITY_KNOWS_NOTHING = knows("dev.vl3mesh.identity..");

    @ArchTest
    static final ArchRule SPIRE_KNOWS_IDENTITIES = knows("dev.vl3mesh.spire..", "dev.vl3mesh.identity..");

    @ArchTest
    static final ArchRule ONLY_SPIRE_KNOWS_THE_WORKLOAD_API = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vl3mesh.spire..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.spiffe..");

    @ArchTest
    static final ArchRule METRICS_KNOW_NOTHING = knows("dev.vl3mesh.metrics..");

    @ArchTest
    static final ArchRule ONLY_METRICS_KNOW_MICROMETER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vl3mesh.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule XDS_KNOWS_THE_MODEL =
            knows("dev.vl3mesh.xds..", "dev.vl3mesh.model..", "dev.vl3mesh.identity..");

    @ArchTest
    static final ArchRule LINUX_KNOWS_NOTHING = knows("dev.vl3mesh.linux..");

    @ArchTest
    static final ArchRule THE_TUNNEL_KNOWS_THE_MODEL = knows("dev.vl3mesh.tunnel..", "dev.vl3mesh.model..");

    @ArchTest
    static final ArchRule WAIT_KNOWS_NOTHING = knows("dev.vl3mesh.wait..");

    @ArchTest
    static final ArchRule THE_SAMPLE_KNOWS_NOTHING = knows("dev.vl3mesh.samples..");

    @ArchTest
    static final ArchRule THE_AGENT_KNOWS_NO_KUBERNETES = knows(
            "dev.vl3mesh.agent..",
            "dev.vl3mesh.model..",
            "dev.vl3mesh.linux..",
            "dev.vl3mesh.tunnel..",
            "dev.vl3mesh.identity..",
            "dev.vl3mesh.spire..",
            "dev.vl3mesh.metrics..",
            "dev.vl3mesh.xds..");

    @ArchTest
    static final ArchRule THE_BRIDGE_KNOWS_ITS_STREAMS = knows(
            "dev.vl3mesh.bridge..",
            "dev.vl3mesh.model..",
            "dev.vl3mesh.api..",
            "dev.vl3mesh.identity..",
            "dev.vl3mesh.spire..",
            "dev.vl3mesh.metrics..",
            "dev.vl3mesh.xds..");

    @ArchTest
    static final ArchRule THE_WEBHOOK_KNOWS_THE_API = knows(
            "dev.vl3mesh.injector..",
            "dev.vl3mesh.model..",
            "dev.vl3mesh.api..",
            "dev.vl3mesh.identity..",
            "dev.vl3mesh.metrics..");

    @ArchTest
    static final ArchRule THE_COMMAND_LINE_KNOWS_THE_API =
            knows("dev.vl3mesh.ctl..", "dev.vl3mesh.model..", "dev.vl3mesh.api..", "dev.vl3mesh.istio..");

    @ArchTest
    static final ArchRule PROFILES_KNOW_THE_MODEL = knows("dev.vl3mesh.istio..", "dev.vl3mesh.model..");

    @ArchTest
    static final ArchRule ONLY_SOME_KNOW_KUBERNETES = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.vl3mesh.api..", "dev.vl3mesh.bridge..", "dev.vl3mesh.injector..", "dev.vl3mesh.ctl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..");

    @ArchTest
    static final ArchRule ONLY_LINUX_LEAVES_JAVA = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vl3mesh.linux..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule NO_PACKAGES_IN_A_CIRCLE = slices().matching("dev.vl3mesh.(**)")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(A_MAIN, DescribedPredicate.alwaysTrue())
            .ignoreDependency(DescribedPredicate.alwaysTrue(), A_CONFIGURATION);

    /// Which is why mains may be left out of the circles.
    @ArchTest
    static final ArchRule NOBODY_KNOWS_A_MAIN =
            noClasses().that(not(A_MAIN)).should().dependOnClassesThat(A_MAIN);

    /// Which is why configurations may be left out of the circles.
    @ArchTest
    static final ArchRule CONFIGURATIONS_KNOW_THE_MODEL = classes()
            .that(A_CONFIGURATION)
            .should(new ArchCondition<>("know the model and their own package alone") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                        JavaClass known = dependency.getTargetClass();
                        boolean allowed = !known.getPackageName().startsWith("dev.vl3mesh.")
                                || known.getPackageName().startsWith("dev.vl3mesh.model")
                                || known.getPackage().equals(type.getPackage());
                        if (!allowed) {
                            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                        }
                    }
                }
            });

    @ArchTest
    static final ArchRule NAMES_SAY_SOMETHING = classes()
            .that(not(GENERATED))
            .should()
            .haveNameNotMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl|Data)")
            .andShould()
            .haveNameNotMatching(".*\\.Abstract[A-Z]\\w*");
}
