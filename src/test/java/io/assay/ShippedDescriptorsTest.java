package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedDescriptorsTest {
    private static final Path CONF = Path.of("conf");

    @ParameterizedTest
    @ValueSource(strings = {"embedded.json", "cluster.json"})
    void everyShippedDescriptorIsAcceptedWithEveryShippedConfiguration(String file) {
        Configuration configuration =
                Configuration.base(CONF.resolve("config.json")).with(CONF.resolve(file));
        List<VerticleDescriptor> verticles = VerticleFolder.load(Path.of("verticles"), List.of());
        assertThat(verticles).extracting(VerticleDescriptor::name).contains("management", "door");
        for (VerticleDescriptor verticle : verticles) {
            assertThat(configuration.forVerticle(verticle).getJsonObject("http"))
                    .as(verticle.file())
                    .isNotNull();
        }
        Cluster.from(configuration.json());
    }

    @Test
    void everyJsonFileOfConfIsOneThatIsRead() throws IOException {
        VertxFile.read(CONF.resolve("vertx.json"));
        try (Stream<Path> files = Files.list(CONF)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".json")))
                    .containsExactlyInAnyOrder("config.json", "embedded.json", "cluster.json", "vertx.json");
        }
    }
}
