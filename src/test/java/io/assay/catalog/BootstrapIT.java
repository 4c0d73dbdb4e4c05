package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapIT {
    private final Vertx vertx = Vertx.vertx();
    private final JsonObject config = new JsonObject().put("postgres", SharedServers.newDatabase());

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void nodesThatStartAtOnceMakeOneSchemaAndOneSetOfKeys(@TempDir Path folder) throws Exception {
        List<Catalog> nodes = IntStream.range(0, 4)
                .mapToObj(i -> Catalog.create(vertx, config))
                .toList();
        Future.all(nodes.stream().map(node -> setUp(node, folder)).toList()).await();
        CatalogSnapshot first = nodes.get(0).load().await();
        assertThat(first.keys())
                .extracting(KeyHash::scope)
                .containsExactlyInAnyOrder("admin", "read", "server", "client");
        assertThat(first.versions()).isEqualTo(new Versions(1, 1, 2));
        for (KeyHash key : first.keys()) {
            Path file = folder.resolve(key.scope());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(sha256(file)).isEqualTo(key.sha256());
        }
        assertThat(nodes.get(0).metricDefinitions().list().await())
                .containsExactly(new MetricDefinition("revenue_30d", "purchase", Metric.Kind.SUM, "30d"));
        Future.all(nodes.stream().map(Catalog::close).toList()).await();
    }

    /** As nodes do it: again, if a busy machine did not do it in time. */
    private static Future<Void> setUp(Catalog node, Path folder) {
        return node.migrate()
                .compose(done -> node.bootstrapKeys(folder))
                .recover(e -> e instanceof ApiError refused && refused.status() == 503
                        ? setUp(node, folder)
                        : Future.failedFuture(e));
    }

    private static String sha256(Path file) throws Exception {
        String secret = Files.readString(file).trim();
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void keysThatCannotBeWrittenAreNotMade(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Catalog node = Catalog.create(vertx, config);
        node.migrate().await();
        assertThat(node.bootstrapKeys(file)
                        .transform(result -> Future.succeededFuture(result.failed()))
                        .await())
                .isTrue();
        assertThat(node.load().await().keys()).isEmpty();
        assertThat(node.versions().await().keys()).isEqualTo(1);
        node.close().await();
    }
}
