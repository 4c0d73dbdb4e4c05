package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.SharedServers;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the script in Redis allows to writers that raced past all other checks. */
@ExtendWith(VertxExtension.class)
class RedisSourceIT {
    private RedisSource redis;

    private Redis client;

    @BeforeEach
    void connect(Vertx vertx) {
        String uri = SharedServers.with(EmbeddedServers.Kind.REDIS)
                .endpoints()
                .getJsonObject("redis")
                .getString("uri");
        redis = new RedisSource(vertx, uri + "/9", "one", 1_000);
        client = Redis.createClient(vertx, uri + "/9");
        client.send(Request.cmd(Command.FLUSHDB)).await();
    }

    private Document stored() {
        return redis.read(Kind.CONFIG).await();
    }

    @Test
    void aKeyOfAnotherTypeSpoilsNoOtherAndIsRewritten() {
        Document seven = Documents.config(7, "a");
        Document list = Documents.emergency(3, "a");
        redis.write(list, null).await();
        client.send(Request.cmd(Command.SET).arg("one:document:config").arg("x"))
                .await();
        assertThat(redis.heads().await()).isEqualTo(Map.of(Kind.CONFIG, Head.UNREADABLE, Kind.EMERGENCY, list.head()));
        assertThatThrownBy(this::stored).isInstanceOf(UnreadableDocumentException.class);
        redis.write(seven, Head.UNREADABLE).await();
        assertThat(redis.heads().await()).containsEntry(Kind.CONFIG, seven.head());
    }

    @Test
    void onlyAHigherVersionReplacesWhatIsThere() {
        Document seven = Documents.config(7, "a");
        redis.write(seven, null).await();
        redis.write(Documents.config(6, "old"), null).await();
        redis.write(Documents.config(7, "other"), null).await();
        redis.write(Documents.config(6, "old"), Documents.config(7, "other").head())
                .await();
        assertThat(stored().head()).isEqualTo(seven.head());
        assertThat(stored().bytes()).isEqualTo(seven.bytes());

        Document ten = Documents.config(10, "b");
        redis.write(ten, null).await();
        assertThat(stored().head()).isEqualTo(ten.head());

        Document five = Documents.config(5, "whole");
        redis.write(five, ten.head()).await();
        assertThat(stored().head()).isEqualTo(five.head());
    }
}
