package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The keys that callers show. A key is said once, when it is made; only its SHA-256 is kept. */
public final class ApiKeys {
    private static final List<String> SCOPES = List.of("admin", "read", "server", "client");
    private static final Pattern SCOPE = Pattern.compile(String.join("|", SCOPES));

    private final Vertx vertx;
    private final Database database;

    ApiKeys(Vertx vertx, Database database) {
        this.vertx = vertx;
        this.database = database;
    }

    /** A key that was just made; {@code secret} is what callers send. */
    public record Created(String secret, Map<String, Object> view) {}

    static Future<List<KeyHash>> inForce(SqlClient client) {
        return client.query("select id, sha256, scope from api_key where revoked_at is null order by id")
                .execute()
                .map(rows -> rows.stream()
                        .map(row -> new KeyHash(row.getString("id"), row.getString("sha256"), row.getString("scope")))
                        .toList());
    }

    /** Makes a key of a request's body {@code {name, scope}}. */
    public Future<Created> create(Map<String, ?> body, String who) {
        Findings findings = new Findings();
        Fields fields = new Fields(body, "", findings).only("name", "scope");
        fields.required("name", fields.get("name"));
        String name = fields.text("name", 200);
        String scope = fields.required("scope", fields.matching("scope", SCOPE));
        findings.refuse();
        return database.write(who, write -> insert(write, name, String.valueOf(scope)));
    }

    private static Future<Created> insert(Write write, String name, String scope) {
        String id = Salts.id();
        String secret =
                "assay_" + scope + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(Salts.bytes(32));
        write.keysChanged();
        return write.run(
                        "insert into api_key (id, name, scope, sha256) values ($1, $2, $3, $4) returning *",
                        id,
                        name,
                        scope,
                        sha256(secret))
                .map(rows -> view(rows.iterator().next()))
                .compose(view -> write.audit("create", new Subject("key", id), null, view)
                        .map(new Created(secret, view)));
    }

    /** All keys, without their secrets. */
    public Future<List<Map<String, Object>>> list() {
        return database.read(pool -> pool.query("select * from api_key order by created_at, id")
                .execute()
                .map(rows -> rows.stream().map(ApiKeys::view).toList()));
    }

    /** One key, without its secret. */
    public Future<Map<String, Object>> get(String id) {
        return database.read(pool -> pool.preparedQuery("select * from api_key where id = $1")
                .execute(Tuple.of(id))
                .map(rows -> rows.stream().findFirst().map(ApiKeys::view).orElseThrow(() -> unknown(id))));
    }

    private static ApiError unknown(String id) {
        return ApiError.notFound("There is no key " + id + ".");
    }

    /** Takes a key out of force for ever; the last one that may do everything stays. */
    public Future<Void> revoke(String id, String who) {
        return database.write(who, write -> write.run(
                        "select * from api_key where revoked_at is null order by id for update")
                .compose(rows -> {
                    List<Row> inForce = rows.stream().toList();
                    Row key = inForce.stream()
                            .filter(row -> row.getString("id").equals(id))
                            .findFirst()
                            .orElseThrow(() -> unknown(id));
                    long admins = inForce.stream().filter(ApiKeys::isAdmin).count();
                    if (isAdmin(key) && admins == 1) {
                        throw ApiError.conflict("last_admin_key", "This is the last key that may do everything.");
                    }
                    write.keysChanged();
                    return write.run("update api_key set revoked_at = now() where id = $1", id)
                            .compose(done -> write.audit("revoke", new Subject("key", id), view(key), null));
                }));
    }

    private static boolean isAdmin(Row row) {
        return row.getString("scope").equals("admin");
    }

    private static Map<String, Object> view(Row row) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", row.getString("id"));
        view.put("name", row.getString("name"));
        view.put("scope", row.getString("scope"));
        view.put("revoked", row.getOffsetDateTime("revoked_at") != null);
        view.put("created_at", String.valueOf(ExperimentRows.instant(row, "created_at")));
        return view;
    }

    /* The files are written before the commit: without them the keys would be lost for ever, with them but no commit the
    next start writes others. */
    Future<Void> bootstrap(Path folder) {
        return database.write("setup", write -> write.run("select 1 from version for update")
                .compose(locked -> write.run("select 1 from api_key limit 1"))
                .compose(any -> any.size() > 0
                        ? Future.succeededFuture()
                        : createAll(write)
                                .compose(made -> vertx.executeBlocking(() -> {
                                    writeFiles(folder, made);
                                    return null;
                                }))));
    }

    private static Future<List<Created>> createAll(Write write) {
        Future<List<Created>> all = Future.succeededFuture(new ArrayList<>());
        for (String scope : SCOPES) {
            all = all.compose(
                    made -> insert(write, "first " + scope + " key", scope).map(created -> {
                        made.add(created);
                        return made;
                    }));
        }
        return all;
    }

    private static void writeFiles(Path folder, List<Created> keys) throws IOException {
        Path target = Files.createDirectories(folder);
        for (Created key : keys) {
            Path file = target.resolve(String.valueOf(key.view().get("scope")));
            Path draft = target.resolve("." + file.getFileName() + ".new");
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, key.secret() + "\n");
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String sha256(String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
