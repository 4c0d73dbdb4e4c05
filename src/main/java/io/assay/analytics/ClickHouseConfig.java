package io.assay.analytics;

import io.assay.platform.ConfigException;
import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** Where the ClickHouse of the counts is. */
record ClickHouseConfig(URI uri, String database, String user, String password, int poolSize) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    static ClickHouseConfig from(JsonObject config) {
        var analytics = AnalyticsConfig.section(config);
        var database = analytics.string("database", "assay");
        if (!NAME.matcher(database).matches()) {
            throw analytics.refused("database", "letters, digits and _");
        }
        return new ClickHouseConfig(
                uri(analytics),
                database,
                analytics.string("user", "default"),
                analytics.string("password", ""),
                analytics.integer("poolSize", 1, 100, 4));
    }

    boolean isSecure() {
        return uri.getScheme().equals("https");
    }

    int port() {
        return uri.getPort() > 0 ? uri.getPort() : isSecure() ? 8443 : 8123;
    }

    private static URI uri(Settings analytics) {
        try {
            var uri = new URI(analytics.string("uri", "http://127.0.0.1:8123"));
            boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean bare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
            if (known && uri.getHost() != null && bare) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // refused below
        }
        throw refused(analytics);
    }

    private static ConfigException refused(Settings analytics) {
        return analytics.refused("uri", "http://host:port or https://host:port, user and password apart");
    }
}
