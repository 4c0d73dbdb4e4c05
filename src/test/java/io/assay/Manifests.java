package io.assay;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The files that describe a deployment, read strictly: {@code k8s/} and the two folders whose files it turns into
 * ConfigMaps. Kept as texts by path, so that a test can plant a mistake in a copy.
 */
public final class Manifests {
    /** One YAML document and the file it stands in. */
    public record Document(Path file, JsonNode node) {
        public String kind() {
            return node.path("kind").asText();
        }

        public String name() {
            return node.path("metadata").path("name").asText();
        }

        public JsonNode at(String pointer) {
            return node.at(pointer);
        }

        @Override
        public String toString() {
            return file + ": " + kind() + " " + name();
        }
    }

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Map<Path, String> texts;
    private final List<Document> documents = new ArrayList<>();

    private Manifests(Map<Path, String> texts) throws IOException {
        this.texts = texts;
        for (Map.Entry<Path, String> file : texts.entrySet()) {
            if (file.getKey().toString().endsWith(".yaml")) {
                for (String text : file.getValue().split("(?m)^---$")) {
                    documents.add(new Document(file.getKey(), YAML.readTree(text)));
                }
            }
        }
    }

    public static Manifests read() throws IOException {
        Map<Path, String> texts = new TreeMap<>();
        for (String folder : List.of("k8s", "conf", "verticles")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    texts.put(file, Files.readString(file));
                }
            }
        }
        return new Manifests(texts);
    }

    public static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(Files.readString(file));
    }

    static JsonNode yaml(String text) throws IOException {
        return YAML.readTree(text);
    }

    /** The same files, but for one text in one of them. */
    Manifests with(String file, String text, String replacement) throws IOException {
        Map<Path, String> changed = new TreeMap<>(texts);
        String old = changed.get(Path.of(file));
        if (!Objects.requireNonNull(old, file).contains(text)) {
            throw new IllegalArgumentException(file + " does not contain: " + text);
        }
        changed.put(Path.of(file), old.replace(text, replacement));
        return new Manifests(changed);
    }

    List<Document> all() {
        return documents;
    }

    public List<Document> all(String kind) {
        return documents.stream().filter(d -> d.kind().equals(kind)).toList();
    }

    /** The files of a folder, without those of folders in it. */
    List<Path> in(Path folder) {
        return texts.keySet().stream()
                .filter(file -> folder.equals(file.getParent()))
                .toList();
    }

    boolean has(Path file) {
        return texts.containsKey(file);
    }

    String text(Path file) {
        return Objects.requireNonNull(texts.get(file), file::toString);
    }

    /** What a kustomization generates: name to the files (ConfigMaps) or the files of keys (Secrets) behind it. */
    Map<String, List<Path>> generated(String generator, String files) {
        Map<String, List<Path>> generated = new TreeMap<>();
        for (Document kustomization : all("Kustomization")) {
            for (JsonNode one : kustomization.node().path(generator)) {
                generated.put(
                        one.path("name").asText(),
                        texts(one.path(files))
                                .map(file -> kustomization
                                        .file()
                                        .resolveSibling(file)
                                        .normalize())
                                .toList());
            }
        }
        return generated;
    }

    Map<String, List<Path>> configMaps() {
        return generated("configMapGenerator", "files");
    }

    Map<String, List<Path>> secrets() {
        return generated("secretGenerator", "envs");
    }

    public static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    static Stream<String> texts(JsonNode list) {
        return elements(list).map(JsonNode::asText);
    }
}
