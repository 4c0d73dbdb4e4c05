package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be known about the image without building it. */
class DockerfileTest {
    private final List<String> lines;

    DockerfileTest() throws IOException {
        lines = Files.readString(Path.of("Dockerfile"))
                .replaceAll("\\\\\n\\s*", "")
                .lines()
                .toList();
    }

    @Test
    void everythingItCopiesExistsAndIsInTheBuildContext() throws IOException {
        List<String> allowed = Files.readAllLines(Path.of(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        List<String> sources = copied(false);
        assertThat(sources).contains("pom.xml", "conf/config.json");
        for (String source : sources) {
            assertThat(Path.of(source)).exists();
            assertThat(allowed).anyMatch(folder -> Path.of(source).startsWith(folder));
        }
    }

    @Test
    void whatItTakesFromTheBuildIsWhatTheBuildMakes() throws IOException {
        assertThat(copied(true)).containsExactly("/build/target/lib", "/build/target/assay.jar");
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains(
                        "<finalName>assay</finalName>",
                        "<outputDirectory>${project.build.directory}/lib</outputDirectory>");
    }

    @Test
    void theEmbeddedServersStayOutside() {
        assertThat(instructions("COPY"))
                .noneMatch(line -> line.contains("lib-embedded") || line.contains("embedded.json"));
    }

    @Test
    void itRunsAsANumberedUserWhoIsNotRoot() {
        assertThat(instructions("USER")).singleElement().asString().matches("USER [1-9][0-9]*:[1-9][0-9]*");
    }

    @Test
    void itsBasesHaveAVersion() {
        assertThat(instructions("FROM")).hasSize(2).allMatch(line -> line.matches("FROM [a-z-]+:[0-9]\\S*( AS \\w+)?"));
    }

    @Test
    void itStartsTheProcessWithoutAShellBetweenThem() {
        String entry = instructions("ENTRYPOINT").get(0);
        assertThat(entry).startsWith("ENTRYPOINT [\"java\"").contains("\"" + Main.class.getName() + "\"");
    }

    @Test
    void itOpensTheSameModulesAsTheLauncher() throws IOException {
        assertAlike("--add-(?:modules|opens|exports)\\W+([\\w./]+(?:=[\\w-]+)?)");
    }

    @Test
    void itTunesTheMachineAsTheLauncherDoes() throws IOException {
        assertAlike("-XX:(\\+Use\\w+GC|MaxVectorSize=\\d+)");
    }

    /** The first group of that flag, each time, is the same in the image and in the launcher's function {@code run}. */
    private void assertAlike(String flag) throws IOException {
        String launcher = Files.readString(Path.of("bin/assay"));
        assertThat(groups(flag, instructions("ENTRYPOINT").get(0)))
                .isNotEmpty()
                .isEqualTo(groups(flag, launcher.substring(launcher.indexOf("\nrun() {"))));
    }

    private static List<String> groups(String flag, String text) {
        return Pattern.compile(flag)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private List<String> copied(boolean fromBuild) {
        return instructions("COPY").stream()
                .filter(line -> line.contains("--from=") == fromBuild)
                .flatMap(line -> {
                    String[] words = line.split("\\s+");
                    return Arrays.stream(words, fromBuild ? 2 : 1, words.length - 1);
                })
                .toList();
    }

    private List<String> instructions(String name) {
        return lines.stream().filter(line -> line.startsWith(name + " ")).toList();
    }
}
