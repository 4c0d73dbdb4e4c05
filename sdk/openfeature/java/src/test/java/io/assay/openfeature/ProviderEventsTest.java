package io.assay.openfeature;

import static io.assay.openfeature.FakeAssay.experiment;
import static io.assay.openfeature.FakeAssay.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EventDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.ProviderEvent;
import dev.openfeature.sdk.ProviderState;
import dev.openfeature.sdk.exceptions.ProviderNotReadyError;
import io.assay.client.AssayClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What OpenFeature is told of the server's state. */
class ProviderEventsTest {
    private static final String TREATED =
            "{\"key\": \"control\", \"allocation\": 0}, {\"key\": \"treatment_a\", \"allocation\": 100}";
    private static final Duration SHORT = Duration.ofMillis(200);

    private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();
    private final String domain = UUID.randomUUID().toString();
    private final Map<ProviderEvent, List<EventDetails>> seen = new ConcurrentHashMap<>();
    private FakeAssay assay;
    private Client flags;

    @BeforeEach
    void listen() throws Exception {
        assay = new FakeAssay();
        flags = api.getClient(domain);
        for (ProviderEvent event : ProviderEvent.values()) {
            List<EventDetails> list = new CopyOnWriteArrayList<>();
            seen.put(event, list);
            flags.on(event, list::add);
        }
    }

    @AfterEach
    void close() {
        assay.close();
    }

    private AssayProvider provider(AssayClient client) {
        return new AssayProvider(client, SHORT, SHORT);
    }

    /** A provider of a client that has a snapshot: however slow this machine is, that does not time out. */
    private AssayProvider ready() {
        AssayClient client = assay.client();
        client.awaitReady(Duration.ofSeconds(60));
        return provider(client);
    }

    private void awaits(ProviderState state) {
        Eventually.holds(state.name(), () -> flags.getProviderState() == state);
    }

    private void awaits(ProviderEvent event, int times) {
        Eventually.holds(event + " " + times, () -> seen.get(event).size() >= times);
    }

    private String value() {
        return flags.getStringValue("plain", "mine", new ImmutableContext("u1"));
    }

    @Test
    void aNewSnapshotNamesTheFlagsThatChanged() {
        assay.config = snapshot(1, experiment("other", TREATED, ""), experiment("plain", TREATED, ""));
        api.setProviderAndWait(domain, ready());
        awaits(ProviderEvent.PROVIDER_READY, 1);
        assay.config = snapshot(2, experiment("new", TREATED, ""), experiment("plain", TREATED, ""));
        awaits(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, 1);
        assertThat(seen.get(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED).get(0).getFlagsChanged())
                .containsExactlyInAnyOrder("new", "other");
    }

    @Test
    void withoutASnapshotItIsInErrorAndReadyWhenOneComes() {
        assertThatThrownBy(() -> api.setProviderAndWait(domain, provider(assay.client())))
                .isInstanceOf(ProviderNotReadyError.class);
        awaits(ProviderEvent.PROVIDER_ERROR, 1);
        assertThat(flags.getStringDetails("plain", "mine", new ImmutableContext("u1")))
                .satisfies(details -> {
                    assertThat(details.getErrorCode()).isEqualTo(ErrorCode.PROVIDER_NOT_READY);
                    assertThat(details.getValue()).isEqualTo("mine");
                });
        assay.config = snapshot(1, experiment("plain", TREATED, ""));
        awaits(ProviderEvent.PROVIDER_READY, 1);
        awaits(ProviderState.READY);
        assertThat(value()).isEqualTo("treatment_a");
    }

    @Test
    void whileTheServerIsAwayItIsStaleAndGoesOnAnswering() {
        assay.config = snapshot(1, experiment("plain", TREATED, ""));
        api.setProviderAndWait(domain, ready());
        awaits(ProviderEvent.PROVIDER_READY, 1);
        assay.isAway = true;
        awaits(ProviderEvent.PROVIDER_STALE, 1);
        awaits(ProviderState.STALE);
        assertThat(value()).isEqualTo("treatment_a");
        assay.isAway = false;
        awaits(ProviderEvent.PROVIDER_READY, 2);
        awaits(ProviderState.READY);
    }

    @Test
    void aClientWithoutAServerIsReadyAndNeverStale() {
        AssayClient fixed = AssayClient.fixed(Map.of("plain", "treatment_b"));
        Standing standing = new Standing(fixed, Duration.ZERO, System::nanoTime);
        assertThat(standing.now()).isEqualTo(Standing.Of.FRESH);
        assertThat(standing.now()).isEqualTo(Standing.Of.FRESH);
        api.setProviderAndWait(domain, provider(fixed));
        assertThat(value()).isEqualTo("treatment_b");
    }
}
