package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.spi.impl.merge.ReplicatedMapMergingEntryImpl;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HigherVersionTest {
    private static final InternalSerializationService SERIALIZATION = new DefaultSerializationServiceBuilder().build();

    private static ReplicatedMapMergingEntryImpl<Object, Object> entry(String key, Object value) {
        return new ReplicatedMapMergingEntryImpl<>(SERIALIZATION)
                .setKey(SERIALIZATION.toData(key))
                .setValue(SERIALIZATION.toData(value));
    }

    private static ReplicatedMapMergingEntryImpl<Object, Object> version(long version) {
        byte[] body = ("{\"version\":" + version + "}").getBytes(StandardCharsets.UTF_8);
        return entry("config", Document.of(Kind.CONFIG, version, body).envelope());
    }

    private static Object merged(
            ReplicatedMapMergingEntryImpl<Object, Object> merging,
            ReplicatedMapMergingEntryImpl<Object, Object> existing) {
        return new HigherVersion().merge(merging, existing);
    }

    @Test
    void theHigherVersionStaysWhicheverSideItIsOn() {
        var seven = version(7);
        var ten = version(10);
        assertThat(merged(seven, ten)).isSameAs(ten.getRawValue());
        assertThat(merged(ten, seven)).isSameAs(ten.getRawValue());
        assertThat(merged(ten, null)).isSameAs(ten.getRawValue());
    }

    @Test
    void theSameVersionStaysWhatItWas() {
        var there = version(7);
        assertThat(merged(version(7), there)).isSameAs(there.getRawValue());
    }

    @Test
    void whatIsNoDocumentGivesWayAndNeverReplacesOne() {
        var document = version(1);
        for (Object broken :
                new Object[] {"text", new byte[0], "assay config x y\n".getBytes(StandardCharsets.UTF_8)}) {
            assertThat(merged(entry("config", broken), document)).isSameAs(document.getRawValue());
            assertThat(merged(document, entry("config", broken))).isSameAs(document.getRawValue());
        }
        assertThat(merged(entry("unheard_of", document.getValue()), null)).isNull();
    }
}
