package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.platform.ConfigException;
import io.vertx.core.ThreadingModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerticleFolderTest {
    private static final String MAIN = "io.assay.platform.ManagementVerticle";

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void createTheFolder() throws IOException {
        folder = Files.createDirectory(temp.resolve("verticles"));
    }

    @Test
    void everyOptionOfADescriptorIsTaken() throws IOException {
        write(
                "one",
                MAIN,
                """
                "threadingModel":"WORKER","instances":3,"workerPoolName":"p","workerPoolSize":7,
                "maxWorkerExecuteTime":9,"maxWorkerExecuteTimeUnit":"SECONDS","config":{"portOffset":4}""");
        VerticleDescriptor one = VerticleFolder.load(folder, List.of()).get(0);
        assertThat(one.name()).isEqualTo("one");
        assertThat(one.main()).isEqualTo(MAIN);
        assertThat(one.portOffset()).isEqualTo(4);
        assertThat(one.options().getThreadingModel()).isEqualTo(ThreadingModel.WORKER);
        assertThat(one.options().getInstances()).isEqualTo(3);
        assertThat(one.options().getWorkerPoolName()).isEqualTo("p");
        assertThat(one.options().getWorkerPoolSize()).isEqualTo(7);
        assertThat(one.options().getMaxWorkerExecuteTime()).isEqualTo(9);
        assertThat(one.options().getMaxWorkerExecuteTimeUnit()).isEqualTo(TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            "instances":"4"                | options.instances: "4" (expected: integer ≥ 1)
            "instances":0                  | options.instances: 0 (expected: integer ≥ 1)
            "instances":1.5                | options.instances: 1.5 (expected: integer ≥ 1)
            "instanses":4                  | options.instanses: unknown setting (expected one of: threadingModel,
            "worker":true                  | options.worker: unknown setting
            "threadingModel":"WORKERS"     | options.threadingModel: "WORKERS" (expected: one of [EVENT_LOOP, WORKER,
            "threadingModel":true          | options.threadingModel: true (expected: one of [EVENT_LOOP, WORKER,
            "workerPoolSize":4             | options.workerPoolSize: 4 (expected: a workerPoolName beside it
            "maxWorkerExecuteTime":"1s"    | options.maxWorkerExecuteTime: "1s" (expected: integer
            "config":[]                    | options.config: [] (expected: an object)
            """)
    void aMistypedOrUnknownOptionIsRefusedWithFilePathValueAndExpectation(String options, String message)
            throws IOException {
        write("assignment", MAIN, options);
        assertRefused("verticles/assignment.json: " + message);
    }

    @Test
    void aPortOffsetThatIsNoneIsRefused() throws IOException {
        write("assignment", MAIN, "\"config\":{\"portOffset\":\"3\"}");
        assertRefused("verticles/assignment.json: options.config.portOffset: \"3\" (expected: integer 0..9)");
    }

    @Test
    void twoVerticlesOnOnePortAreRefused() throws IOException {
        write("a", MAIN, "\"config\":{\"portOffset\":3}");
        write("b", MAIN, "\"config\":{\"portOffset\":3}");
        assertRefused("verticles/b.json: options.config.portOffset: 3");
    }

    @Test
    void aClassThatIsNotThereIsRefused() throws IOException {
        write("assignment", "io.assay.Missing", "");
        assertRefused("verticles/assignment.json: main: \"io.assay.Missing\" (expected: a class on the class path)");
    }

    @Test
    void anUnknownMemberBesideMainAndOptionsIsRefused() throws IOException {
        Files.writeString(folder.resolve("a.json"), "{\"main\":\"" + MAIN + "\",\"instances\":2}");
        assertRefused("verticles/a.json: instances: unknown setting (expected one of: main, options)");
    }

    @Test
    void aFileThatIsNotJsonIsRefused() throws IOException {
        Files.writeString(folder.resolve("a.json"), "{\"main\":");
        assertRefused("verticles/a.json: is not a JSON object");
        Files.writeString(folder.resolve("a.json"), "[1]");
        assertRefused("verticles/a.json: is not a JSON object");
    }

    @Test
    void onlyTheNamedDescriptorsRun() throws IOException {
        write("admin", MAIN, "");
        write("assignment", MAIN, "");
        write("config", MAIN, "");
        assertThat(VerticleFolder.load(folder, List.of("config", "assignment")))
                .extracting(VerticleDescriptor::name)
                .containsExactly("assignment", "config");
        assertThatThrownBy(() -> VerticleFolder.load(folder, List.of("confg")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("--only: \"confg\"")
                .hasMessageContaining("admin,assignment,config");
    }

    @Test
    void anEmptyOrAbsentFolderIsRefused() {
        assertRefused("holds no *.json");
        assertThatThrownBy(() -> VerticleFolder.load(temp.resolve("absent"), List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("is not a folder");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> VerticleFolder.load(folder, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private void write(String name, String main, String options) throws IOException {
        Files.writeString(folder.resolve(name + ".json"), "{\"main\":\"" + main + "\",\"options\":{" + options + "}}");
    }
}
