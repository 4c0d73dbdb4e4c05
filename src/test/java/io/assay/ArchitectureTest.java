package io.assay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import what: the table that docs and code are held to. Change the table and the reason together. */
class ArchitectureTest {
    private static final JavaClasses ASSAY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.assay");

    private static final List<String> EVERYWHERE = List.of("java.", "org.jspecify.annotations.");
    private static final List<String> WEB =
            List.of("io.vertx.core.", "io.vertx.ext.web.", "io.micrometer.core.", "org.slf4j.");
    private static final List<String> SQL =
            List.of("io.vertx.sqlclient.", "io.vertx.pgclient.", "org.flywaydb.", "org.postgresql.");
    private static final List<String> KAFKA = List.of("io.vertx.kafka.", "org.apache.kafka.");

    private record Row(List<String> assay, List<String> libraries) {}

    private static final Map<String, Row> TABLE = new TreeMap<>(Map.ofEntries(
            row("engine", List.of(), List.of()),
            row("protocol", List.of("engine"), List.of()),
            row("client", List.of("engine", "protocol"), List.of()),
            row(
                    "platform",
                    List.of(),
                    plus(
                            WEB,
                            List.of(
                                    "io.vertx.micrometer.",
                                    "io.netty.",
                                    "org.apache.kafka.clients.",
                                    "org.apache.kafka.common."))),
            row(
                    "snapshot",
                    List.of("engine", "protocol", "platform"),
                    plus(
                            WEB,
                            SQL,
                            List.of(
                                    "io.netty.",
                                    "io.vertx.redis.",
                                    "io.vertx.spi.cluster.hazelcast.",
                                    "com.hazelcast."))),
            row("catalog", List.of("engine", "protocol", "platform"), plus(WEB, SQL)),
            row("analytics", List.of("platform"), plus(WEB, SQL)),
            row(
                    "admin",
                    List.of("analytics", "catalog", "snapshot", "engine", "protocol", "platform"),
                    plus(WEB, KAFKA)),
            row("config", List.of("catalog", "snapshot", "engine", "protocol", "platform"), WEB),
            row("assignment", List.of("snapshot", "engine", "protocol", "platform"), plus(WEB, List.of("io.netty."))),
            row("ingestion", List.of("catalog", "snapshot", "engine", "protocol", "platform"), plus(WEB, KAFKA)),
            row(
                    "metrics",
                    List.of("analytics", "catalog", "protocol", "platform"),
                    plus(WEB, KAFKA, List.of("org.rocksdb."))),
            row(
                    "results",
                    List.of("analytics", "catalog", "snapshot", "platform"),
                    plus(WEB, List.of("io.vertx.redis.", "org.apache.commons.statistics."))),
            row("audit", List.of("analytics", "catalog", "snapshot", "platform"), plus(WEB, SQL, KAFKA)),
            row("door", List.of("platform"), plus(WEB, List.of("io.vertx.httpproxy."))),
            row(
                    "embedded",
                    List.of("platform"),
                    List.of(
                            "io.vertx.core.",
                            "org.slf4j.",
                            "io.zonky.",
                            "redis.embedded.",
                            "kafka.",
                            "org.apache.kafka.",
                            "scala.")),
            row("cli", List.of(), List.of("io.vertx.core.json.", "org.apache.commons.csv."))));

    @TestFactory
    List<DynamicTest> everyPackageImportsOnlyWhatTheTableAllows() {
        List<DynamicTest> tests = new ArrayList<>();
        TABLE.forEach((name, row) -> tests.add(DynamicTest.dynamicTest(name, () -> {
            List<String> allowed = new ArrayList<>(EVERYWHERE);
            allowed.addAll(row.libraries());
            allowed.add("io.assay." + name + ".");
            row.assay().forEach(other -> allowed.add("io.assay." + other + "."));
            List<String> breaches = new ArrayList<>();
            for (JavaClass type : ASSAY) {
                if (type.getPackageName().equals("io.assay." + name)) {
                    type.getDirectDependenciesFromSelf().stream()
                            .filter(d -> allowed.stream().noneMatch(prefix -> baseName(d.getTargetClass())
                                    .startsWith(prefix)))
                            .forEach(d -> breaches.add(d.getDescription()));
                }
            }
            assertThat(breaches).isEmpty();
        })));
        return tests;
    }

    @Test
    void everyPackageStandsInTheTable() {
        Set<String> known = TABLE.keySet();
        for (JavaClass type : ASSAY) {
            String name = type.getPackageName();
            if (!name.equals("io.assay")) {
                assertThat(known).as(name).contains(name.substring("io.assay.".length()));
            }
        }
    }

    @Test
    void theDocumentShowsTheSameTable() throws IOException {
        Map<String, List<String>> groups = Map.of("web", WEB, "sql", SQL, "kafka", KAFKA);
        Map<String, Row> shown = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/architecture.md"))) {
            String[] cells = line.split(" *\\| *", -1);
            if (cells.length == 6 && cells[1].startsWith("`")) {
                List<String> libraries = new ArrayList<>();
                words(cells[4]).forEach(word -> libraries.addAll(groups.getOrDefault(word, prefixes(word))));
                shown.put(cells[1].replace("`", ""), new Row(words(cells[3]), libraries));
            }
            groups.forEach((name, prefixes) -> {
                if (line.startsWith("- **" + name + "**: ")) {
                    assertThat(prefixes(line.substring(line.indexOf(':')))).isEqualTo(prefixes);
                }
            });
        }
        assertThat(shown.keySet()).isEqualTo(TABLE.keySet());
        TABLE.forEach((name, row) -> assertThat(shown.get(name)).as(name).isEqualTo(row));
    }

    @Test
    void nobodyImportsTheProcess() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("io.assay.*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.assay");
        rule.check(ASSAY);
    }

    @Test
    void thereAreNoCycles() {
        slices().matching("io.assay.(*)..").should().beFreeOfCycles().check(ASSAY);
    }

    @Test
    void onlyVerticlesExtendVerticleBase() {
        classes()
                .that()
                .areAssignableTo(VerticleBase.class)
                .should()
                .haveSimpleNameEndingWith("Verticle")
                .check(ASSAY);
    }

    @Test
    void onlyTheProcessCreatesVertxExitsOrReadsTheEnvironment() {
        noClasses()
                .that()
                .resideInAPackage("io.assay.*")
                .and()
                .resideOutsideOfPackage("io.assay.cli")
                .should()
                .callMethod(Vertx.class, "vertx")
                .orShould()
                .callMethod(Vertx.class, "builder")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .check(ASSAY);
    }

    @Test
    void theServerNeverSleepsAndNeverAwaits() {
        noClasses()
                .that()
                .resideInAPackage("io.assay.*")
                .and()
                .resideOutsideOfPackages("io.assay.embedded", "io.assay.cli")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(io.vertx.core.Future.class, "await")
                .check(ASSAY);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper|Manager)$").check(ASSAY);
    }

    private static List<String> words(String cell) {
        return Stream.of(cell.split(","))
                .map(String::strip)
                .filter(w -> !w.isEmpty())
                .toList();
    }

    private static List<String> prefixes(String quoted) {
        return Pattern.compile("`([^`]+)`")
                .matcher(quoted)
                .results()
                .map(m -> m.group(1) + ".")
                .toList();
    }

    private static String baseName(JavaClass type) {
        JavaClass base = type.getBaseComponentType();
        return base.isPrimitive() ? "java.lang.primitive" : base.getName();
    }

    private static Map.Entry<String, Row> row(String name, List<String> assay, List<String> libraries) {
        return Map.entry(name, new Row(assay, libraries));
    }

    @SafeVarargs
    private static List<String> plus(List<String>... lists) {
        List<String> all = new ArrayList<>();
        for (List<String> list : lists) {
            all.addAll(list);
        }
        return all;
    }
}
