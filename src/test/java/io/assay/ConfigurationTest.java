package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.platform.ConfigException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    private static final String BASE =
            """
            {"data":"d","keysDir":null,
             "http":{"host":"127.0.0.1","basePort":8080,"trustedProxies":[]},
             "postgres":{"host":"a","port":1,"password":null},
             "cluster":{"enabled":true,"members":[]}}""";

    @TempDir
    Path conf;

    @Test
    void laterLayersWinAndLeaveTheRestAsItWas() throws IOException {
        Configuration all = base().with(file("{\"http\":{\"basePort\":1},\"postgres\":{\"host\":\"file\",\"port\":2}}"))
                .with(
                        Environment.layer(Map.of(
                                "ASSAY_POSTGRES_HOST", "env", "ASSAY_POSTGRES_PASSWORD", "s", "ASSAY_KEYS_DIR", "/k")),
                        "")
                .with(Arguments.parse("--port", "3", "--data=/x").layer(), "");
        JsonObject merged = all.forVerticle(descriptor("{\"portOffset\":5,\"cluster\":{\"enabled\":false}}"));
        assertThat(merged.getJsonObject("http"))
                .isEqualTo(new JsonObject()
                        .put("host", "127.0.0.1")
                        .put("basePort", 3)
                        .put("trustedProxies", new JsonArray()));
        assertThat(merged.getJsonObject("postgres"))
                .isEqualTo(new JsonObject().put("host", "env").put("port", 2).put("password", "s"));
        assertThat(merged.getString("data")).isEqualTo("/x");
        assertThat(merged.getString("keysDir")).isEqualTo("/k");
        assertThat(merged.getJsonObject("cluster").getBoolean("enabled")).isFalse();
        assertThat(merged.getInteger("portOffset")).isEqualTo(5);
        assertThat(all.json().getJsonObject("cluster").getBoolean("enabled")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"htp":{}}                          | htp: unknown setting (expected one of: data, keysDir, http,
            {"http":{"baseport":1}}             | http.baseport: unknown setting (expected one of: host, basePort,
            {"http":{"basePort":"1"}}           | http.basePort: "1" (expected: integer)
            {"http":{"basePort":1.5}}           | http.basePort: 1.5 (expected: integer)
            {"http":8080}                       | http: 8080 (expected: an object)
            {"cluster":{"enabled":"yes"}}       | cluster.enabled: "yes" (expected: true or false)
            {"cluster":{"members":"a:1"}}       | cluster.members: "a:1" (expected: a list)
            {"postgres":{"password":"x"}}       | postgres.password: a password in a file (expected: environment variable ASSAY_POSTGRES_PASSWORD)
            """)
    void whatTheBaseDoesNotNameOrNamesOtherwiseIsRefusedInEveryLayer(String layer, String message) throws IOException {
        Path file = file(layer);
        assertThatThrownBy(() -> base().with(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(conf.getFileName() + "/layer.json: " + message);
        assertThatThrownBy(() -> base().forVerticle(descriptor(layer)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("verticles/a.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void aVariableThatIsNoNumberIsRefusedByName() {
        assertThatThrownBy(() -> Environment.layer(Map.of("ASSAY_POSTGRES_PORT", "tcp://10.0.0.1:5432")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("ASSAY_POSTGRES_PORT: \"tcp://10.0.0.1:5432\" (expected: integer)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            --prt 80          | --prt: unknown option
            80                | 80: unknown option
            --port 80x        | --port: "80x" (expected: integer 0..65526)
            --port 65530      | --port: "65530" (expected: integer 0..65526)
            --port            | --port: expected once, with a value
            --port 1 --port 2 | --port: expected once, with a value
            """)
    void commandLinesThatMakeNoSenseAreRefused(String line, String message) {
        assertThatThrownBy(() -> Arguments.parse(line.split(" ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"eventLoopPoolSize":"4"}           | conf/vertx.json: eventLoopPoolSize: "4" (expected: a value like
            {"eventLoopPoolsize":4}             | conf/vertx.json: eventLoopPoolsize: unknown option
            {"eventBusOptions":{"prt":1}}       | conf/vertx.json: eventBusOptions.prt: unknown option
            {"eventBusOptions":{"port":"1"}}    | conf/vertx.json: eventBusOptions.port: "1" (expected: a value like
            {"eventLoopPoolSize":0}             | conf/vertx.json: eventLoopPoolSize must be > 0
            {"maxEventLoopExecuteTimeUnit":"S"} | conf/vertx.json:
            """)
    void vertxOptionsThatVertxWouldIgnoreAreRefused(String options, String message) {
        assertThatThrownBy(() -> VertxFile.options("conf/vertx.json", new JsonObject(options)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void vertxOptionsAreTaken() {
        JsonObject written = new JsonObject()
                .put("eventLoopPoolSize", 3)
                .put("maxEventLoopExecuteTimeUnit", "SECONDS")
                .put("eventBusOptions", new JsonObject().put("connectTimeout", 7));
        assertThat(VertxFile.options("conf/vertx.json", written).getEventLoopPoolSize())
                .isEqualTo(3);
        assertThat(VertxFile.options("conf/vertx.json", written)
                        .getEventBusOptions()
                        .getConnectTimeout())
                .isEqualTo(7);
    }

    private Configuration base() throws IOException {
        return Configuration.base(Files.writeString(conf.resolve("config.json"), BASE));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(conf.resolve("layer.json"), text);
    }

    private static VerticleDescriptor descriptor(String config) {
        return new VerticleDescriptor("verticles/a.json", "a", "A", new DeploymentOptions(), new JsonObject(config));
    }
}
