package io.assay.drill;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.testkit.ClickHouseServer;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Real PostgreSQL, Redis and Kafka of the drills, each behind a {@link Proxy}; they live as long as the runner. */
public final class Servers implements AutoCloseable {
    private static final String MAINTENANCE = "postgres";
    private static final Map<Kind, String> PID_FILES =
            Map.of(Kind.POSTGRES, "postgres/postmaster.pid", Kind.REDIS, "redis/redis.pid");

    private final Path folder;
    private final EmbeddedServers servers;
    private final Map<Kind, Proxy> proxies = new EnumMap<>(Kind.class);
    private final Proxy counts;
    private Broker broker;
    private ClickHouseServer clickHouse;
    private Proxy columns;
    private boolean onClickHouse;
    private String database = MAINTENANCE;

    private Servers(Path folder, EmbeddedServers servers) throws IOException {
        this.folder = folder;
        this.servers = servers;
        this.counts = Proxy.to(port(Kind.POSTGRES));
    }

    static Servers start(Path folder) throws IOException {
        EmbeddedServers servers = EmbeddedServers.start(folder, Kind.POSTGRES, Kind.REDIS);
        Servers started = new Servers(folder, servers);
        started.proxies.put(Kind.POSTGRES, Proxy.to(started.port(Kind.POSTGRES)));
        started.proxies.put(Kind.REDIS, Proxy.to(started.port(Kind.REDIS)));
        return started;
    }

    /** Makes all of them run and empty: a database of its own, nothing in Redis. */
    void renew(String name) throws IOException, SQLException {
        for (Kind kind : proxies.keySet()) {
            restore(kind);
        }
        onClickHouse = false;
        counts.slow(Duration.ZERO);
        counts.restore();
        if (broker != null) {
            broker.renew(name);
        }
        database = "drill_" + name.replace('-', '_');
        sqlOn(MAINTENANCE, "drop database if exists " + database + " with (force)", "create database " + database);
        RedisCommand.send(port(Kind.REDIS), "FLUSHALL");
    }

    /** Kafka, which runs from the first time that a drill asks for it; before, nodes have none. */
    public Broker broker() throws IOException {
        if (broker == null) {
            Path kafka = folder.resolve("kafka-process").toAbsolutePath();
            Scene.empty(kafka);
            broker = Broker.start(kafka, number -> servers.port("drillKafka" + number));
            broker.renew(database.substring(database.indexOf('_') + 1).replace('_', '-'));
        }
        return broker;
    }

    /** From now on the nodes of this drill keep their counts in ClickHouse. */
    void keepCountsInClickHouse() throws IOException {
        if (clickHouse == null) {
            Path home = folder.resolve("clickhouse").toAbsolutePath();
            Scene.empty(home);
            clickHouse = ClickHouseServer.start(home);
            columns = Proxy.to(clickHouse.uri().getPort());
        }
        columns.slow(Duration.ZERO);
        columns.restore();
        onClickHouse = true;
    }

    /** What stands between the nodes and the store of counts: PostgreSQL once more, or ClickHouse. */
    public Proxy analytics() {
        return onClickHouse ? columns : counts;
    }

    private JsonObject countsIn(int port) {
        return new JsonObject()
                .put("store", "clickhouse")
                .put("uri", "http://127.0.0.1:" + port)
                .put("database", database)
                .put("user", "default");
    }

    /** What stands between the nodes and that server. */
    public Proxy proxy(Kind kind) {
        return proxies.get(kind);
    }

    /** Where the server itself is, beside its proxy. */
    public int port(Kind kind) {
        JsonObject endpoints = servers.endpoints();
        return switch (kind) {
            case POSTGRES -> endpoints.getJsonObject("postgres").getInteger("port");
            case REDIS -> {
                String uri = endpoints.getJsonObject("redis").getString("uri");
                yield Integer.parseInt(uri.substring(uri.lastIndexOf(':') + 1));
            }
            case KAFKA -> throw new IllegalArgumentException("Kafka is the broker()");
        };
    }

    /** SIGKILL, and nobody listens any more. */
    public void kill(Kind kind) throws IOException {
        proxy(kind).cut();
        Signal.KILL.sendToAll(pid(kind));
        forget(kind);
    }

    /** SIGSTOP: connections stay and are taken, and nothing is said on them. */
    public void hang(Kind kind) throws IOException {
        Signal.STOP.sendToAll(pid(kind));
    }

    /** Whatever was done to it: it runs and can be reached. */
    public void restore(Kind kind) throws IOException {
        wake(kind);
        servers.startAll(kind);
        proxy(kind).restore();
    }

    private void wake(Kind kind) throws IOException {
        if (Files.exists(folder.resolve(PID_FILES.get(kind)))) {
            Signal.CONT.sendToAll(pid(kind));
        }
    }

    /** Ends it in order, with its data on the disk; {@link #restore} starts it again. */
    public void stop(Kind kind) throws IOException {
        proxy(kind).cut();
        servers.stop(kind);
    }

    public Path dataOf(Kind kind) {
        return folder.resolve(PID_FILES.get(kind)).getParent();
    }

    private long pid(Kind kind) throws IOException {
        return Long.parseLong(
                Files.readAllLines(folder.resolve(PID_FILES.get(kind))).get(0).strip());
    }

    /** The embedded servers only know that it does not run if they have stopped it themselves. */
    private void forget(Kind kind) {
        Logger talkative = (Logger) LoggerFactory.getLogger(EmbeddedPostgres.class);
        talkative.setLevel(Level.OFF);
        try {
            servers.stop(kind);
        } catch (RuntimeException e) {
            // it is dead already, which is what was wanted
        } finally {
            talkative.setLevel(null);
        }
    }

    /** The sections of a node's configuration that lead through the proxies. */
    JsonObject endpoints() {
        JsonObject postgres = servers.endpoints().getJsonObject("postgres");
        postgres.remove("password");
        postgres.put("port", proxy(Kind.POSTGRES).port()).put("database", database);
        String redis = "redis://127.0.0.1:" + proxy(Kind.REDIS).port();
        JsonObject endpoints = new JsonObject()
                .put("postgres", postgres)
                .put(
                        "analytics",
                        onClickHouse
                                ? countsIn(columns.port())
                                : postgres.copy().put("port", counts.port()))
                .put("redis", new JsonObject().put("uri", redis));
        return broker == null ? endpoints : endpoints.mergeIn(broker.endpoints());
    }

    /** The same for whoever is in this process and is to be spared what happens to the proxies. */
    JsonObject direct() {
        JsonObject postgres = servers.endpoints().getJsonObject("postgres").put("database", database);
        return endpoints()
                .put("postgres", postgres)
                .put("analytics", onClickHouse ? countsIn(clickHouse.uri().getPort()) : postgres.copy());
    }

    /** Passwords, which may stand in the environment only. */
    Map<String, String> environment() {
        String password = servers.endpoints().getJsonObject("postgres").getString("password");
        return onClickHouse
                ? Map.of("ASSAY_POSTGRES_PASSWORD", password)
                : Map.of("ASSAY_POSTGRES_PASSWORD", password, "ASSAY_ANALYTICS_PASSWORD", password);
    }

    /** The name of the database that this drill's nodes use. */
    public String database() {
        return database;
    }

    /** Runs statements on the drill's database, beside the proxy. */
    public void sql(String... statements) throws SQLException {
        sqlOn(database, statements);
    }

    /** Runs statements where the drill's database itself can be dropped or copied. */
    public void sqlBesideIt(String... statements) throws SQLException {
        sqlOn(MAINTENANCE, statements);
    }

    /** The version of the snapshot in the database. */
    public long version() throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("select config from catalog.version")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void sqlOn(String name, String... statements) throws SQLException {
        try (Connection connection = connect(name);
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(statements)) {
                statement.execute(sql);
            }
        }
    }

    /** To the drill's database, beside the proxy. */
    Connection connect() throws SQLException {
        return connect(database);
    }

    private Connection connect(String name) throws SQLException {
        JsonObject postgres = servers.endpoints().getJsonObject("postgres");
        String url = "jdbc:postgresql://127.0.0.1:%d/%s?connectTimeout=5&socketTimeout=300"
                .formatted(port(Kind.POSTGRES), name);
        return DriverManager.getConnection(url, postgres.getString("user"), postgres.getString("password"));
    }

    @Override
    public void close() {
        for (Kind kind : proxies.keySet()) {
            try {
                wake(kind); // who is stopped can't be ended in order
            } catch (IOException e) {
                // it is gone already
            }
        }
        proxies.values().forEach(Proxy::close);
        counts.close();
        if (clickHouse != null) {
            columns.close();
            clickHouse.close();
        }
        if (broker != null) {
            broker.close();
        }
        servers.close();
    }
}
