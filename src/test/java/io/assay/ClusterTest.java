package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import io.assay.platform.ConfigException;
import io.assay.snapshot.HigherVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.Serializable;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterTest {
    private static Config hazelcast(JsonObject cluster) {
        return HazelcastMember.config(Cluster.from(new JsonObject().put("cluster", cluster)));
    }

    private static JsonObject named() {
        return new JsonObject().put("discovery", "kubernetes").put("service", "assay-members");
    }

    @Test
    void neitherMulticastNorDetectionNorACallHomeIsEverOn() {
        for (JsonObject cluster : List.of(new JsonObject(), named())) {
            Config config = hazelcast(cluster);
            JoinConfig join = config.getNetworkConfig().getJoin();
            assertThat(join.getMulticastConfig().isEnabled()).isFalse();
            assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
            assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
            assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
            assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
            assertThat(config.getJetConfig().isEnabled()).isFalse();
        }
    }

    @Test
    void aListOfMembersIsJoinedByAddress() {
        JoinConfig join = hazelcast(new JsonObject().put("members", new JsonArray().add("10.0.0.2:5701")))
                .getNetworkConfig()
                .getJoin();
        assertThat(join.getTcpIpConfig().isEnabled()).isTrue();
        assertThat(join.getTcpIpConfig().getMembers()).containsExactly("127.0.0.1:5701", "10.0.0.2:5701");
        assertThat(join.getKubernetesConfig().isEnabled()).isFalse();
    }

    @Test
    void aHeadlessServiceIsAskedByNameOnly() {
        JoinConfig join =
                hazelcast(named().put("port", 5711)).getNetworkConfig().getJoin();
        assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
        assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
        assertThat(join.getKubernetesConfig().getProperties())
                .containsEntry("service-dns", "assay-members")
                .containsEntry("service-port", "5711")
                .containsOnlyKeys("service-dns", "service-dns-timeout", "service-port");
    }

    @Test
    void aNodeBehindATranslationOfAddressesNamesWhereOthersReachIt() {
        JsonObject cluster = new JsonObject()
                .put("host", "10.0.0.2")
                .put("publicHost", "203.0.113.7")
                .put("publicPort", 15701);
        assertThat(hazelcast(cluster).getNetworkConfig().getPublicAddress()).isEqualTo("203.0.113.7:15701");
        assertThat(hazelcast(new JsonObject()).getNetworkConfig().getPublicAddress())
                .isNull();
    }

    @Test
    void documentsMergeByVersion() {
        assertThat(hazelcast(new JsonObject())
                        .getReplicatedMapConfig("assay.documents")
                        .getMergePolicyConfig()
                        .getPolicy())
                .isEqualTo(HigherVersion.class.getName());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {"discovery":"dns"}                                                 | cluster.discovery: "dns" (expected: tcp or kubernetes)
            {"discovery":"kubernetes"}                                          | cluster.service: missing
            {"discovery":"kubernetes","service":"a","members":["b:1"]}          | cluster.members
            {"members":["a b"]}                                                 | cluster.members: "a b" (expected: host:port)
            {"publicPort":70000}                                                | cluster.publicPort: 70000
            {"multicast":true}                                                  | cluster.multicast: unknown setting
            """)
    void aClusterThatCanNotBeMeantIsRefused(String cluster, String message) {
        assertThatThrownBy(() -> Cluster.from(new JsonObject().put("cluster", new JsonObject(cluster))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Nested
    class WhatComesFromOtherMembers {
        private final InternalSerializationService anybody = service(new SerializationConfig());
        private final InternalSerializationService ours =
                service(hazelcast(new JsonObject()).getSerializationConfig());

        private record Foreign(String text) implements Serializable {}

        private InternalSerializationService service(SerializationConfig config) {
            return new DefaultSerializationServiceBuilder().setConfig(config).build();
        }

        private Object received(Object sent) {
            return ours.toObject(anybody.toData(sent));
        }

        @Test
        void isRefusedIfItIsOfAClassThatHasNoBusinessHere() throws Exception {
            for (Object foreign : List.of(
                    new Foreign("x"),
                    new ArrayList<>(List.of(new Foreign("x"))),
                    new Foreign[] {new Foreign("x")},
                    new URL("http://127.0.0.1/"),
                    java.lang.reflect.Proxy.newProxyInstance(
                            ClusterTest.class.getClassLoader(),
                            new Class<?>[] {Runnable.class},
                            (java.lang.reflect.InvocationHandler & Serializable) (proxy, method, args) -> null))) {
                assertThatThrownBy(() -> received(foreign))
                        .isInstanceOf(HazelcastSerializationException.class)
                        .hasRootCauseInstanceOf(SecurityException.class);
            }
        }

        @Test
        void isUnderstoodIfItIsWhatMembersSay() {
            assertThat(received(Map.of("a", 1))).isEqualTo(Map.of("a", 1));
            assertThat(received(new byte[] {1, 2})).isEqualTo(new byte[] {1, 2});
            Exception failure = new IllegalStateException("a", new CancellationException("b"));
            failure.addSuppressed(new java.io.IOException("c"));
            assertThat(received(failure)).hasToString(failure.toString());
        }
    }
}
