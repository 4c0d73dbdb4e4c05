package io.assay.analytics;

class InMemoryMetricStoreTest extends MetricStoreContract {
    private final InMemoryMetricStore store = new InMemoryMetricStore();

    @Override
    MetricStore store() {
        return store;
    }

    @Override
    long rawCount(int topic) {
        return store.rawCount(topic);
    }

    @Override
    long firstExposureCount(int topic) {
        return store.firstExposureCount(topic);
    }
}
