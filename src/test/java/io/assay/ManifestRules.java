package io.assay;

import static io.assay.Manifests.elements;
import static io.assay.Manifests.texts;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Manifests.Document;
import io.assay.platform.HttpConfig;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What has to hold between the documents of {@code k8s/}; each breach is a line that says where and what. */
final class ManifestRules {
    private static final int NAME_SERVICE = 53;
    private static final int STOP_SECONDS = 20;

    private final Manifests manifests;
    private final Shapes shapes;
    private final List<String> breaches = new ArrayList<>();

    private ManifestRules(Manifests manifests, Shapes shapes) {
        this.manifests = manifests;
        this.shapes = shapes;
    }

    static List<String> breaches(Manifests manifests, Shapes shapes) {
        ManifestRules rules = new ManifestRules(manifests, shapes);
        rules.checkAll();
        return rules.breaches;
    }

    private void checkAll() {
        Set<String> names = new HashSet<>();
        for (Document document : manifests.all()) {
            breaches.addAll(shapes.breaches(document.toString(), document.kind(), document.node()));
            claim(
                    document.kind().equals("Kustomization") || names.add(document.kind() + "/" + document.name()),
                    document + ": a second one of that name");
        }
        manifests.all("Kustomization").forEach(this::checkKustomization);
        manifests.all("Deployment").forEach(this::checkDeployment);
        manifests.all("Service").forEach(this::checkService);
        manifests
                .all("PodDisruptionBudget")
                .forEach(budget -> checkSelected(budget, "/spec/selector/matchLabels", true));
        manifests.all("HorizontalPodAutoscaler").forEach(this::checkAutoscaler);
        manifests.all("Ingress").forEach(this::checkIngress);
        breaches.addAll(NetworkRules.breaches(manifests, servers()));
        breaches.addAll(OverlayRules.breaches(manifests));
    }

    /** Every name leads to a file, and every file of its folder has been named. */
    private void checkKustomization(Document kustomization) {
        Path folder = kustomization.file().getParent();
        Set<Path> named = new HashSet<>(Set.of(kustomization.file()));
        texts(kustomization.at("/resources")).forEach(name -> {
            Path file = folder.resolve(name).normalize();
            named.add(file);
            claim(
                    manifests.has(file) || manifests.has(file.resolve("kustomization.yaml")),
                    kustomization + ": resource " + name + " does not exist");
        });
        for (String generator : List.of("configMapGenerator", "secretGenerator")) {
            for (JsonNode one : kustomization.node().path(generator)) {
                texts(one.path(generator.equals("secretGenerator") ? "envs" : "files"))
                        .forEach(name -> {
                            named.add(folder.resolve(name));
                            claim(
                                    manifests.has(folder.resolve(name)),
                                    kustomization + ": file " + name + " does not exist");
                        });
            }
        }
        manifests.in(folder).stream()
                .filter(file -> file.startsWith("k8s") && !file.endsWith("README.md"))
                .forEach(file -> claim(named.contains(file), kustomization + ": " + file + " is not named"));
    }

    private void checkDeployment(Document deployment) {
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        claim(matches(deployment.at("/spec/selector/matchLabels"), labels), deployment + ": selects other pods");
        JsonNode pod = deployment.at("/spec/template/spec");
        claim(pod.at("/securityContext/runAsNonRoot").asBoolean(), deployment + ": may run as root");
        claim(pod.at("/securityContext/runAsUser").asInt() > 0, deployment + ": runs as root");
        claim(
                pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault"),
                deployment + ": may make any system call");
        claim(!pod.path("automountServiceAccountToken").asBoolean(true), deployment + ": has a token of the cluster");
        checkEnd(deployment, pod);
        checkSpread(deployment, pod);
        for (JsonNode container : pod.path("containers")) {
            JsonNode security = container.path("securityContext");
            claim(security.path("readOnlyRootFilesystem").asBoolean(), deployment + ": writes to its image");
            claim(!security.path("allowPrivilegeEscalation").asBoolean(true), deployment + ": may gain privileges");
            claim(security.at("/capabilities/drop/0").asText().equals("ALL"), deployment + ": keeps capabilities");
            checkProbes(deployment, container);
            checkVolumes(deployment, container, pod.path("volumes"));
            checkEnvironment(deployment, container);
        }
        boolean scaled = manifests.all("HorizontalPodAutoscaler").stream()
                .anyMatch(s -> s.at("/spec/scaleTargetRef/name").asText().equals(deployment.name()));
        claim(
                scaled != deployment.at("/spec").has("replicas"),
                deployment + ": replicas are named by the autoscaler or here, and not by both");
        for (String kind : List.of("Service", "PodDisruptionBudget")) {
            claim(
                    manifests.all(kind).stream().anyMatch(d -> d.name().equals(deployment.name())),
                    deployment + ": has no " + kind);
        }
    }

    /** The ports of the servers that a shipped configuration or an overlay names, and of the name service. */
    private Set<Integer> servers() {
        JsonObject conf = Configuration.base(Path.of("conf/config.json"))
                .with(Path.of("conf/cluster.json"))
                .json();
        String kafka = conf.getJsonObject("kafka").getString("bootstrap");
        Set<Integer> servers = new HashSet<>(Set.of(
                NAME_SERVICE,
                conf.getJsonObject("postgres").getInteger("port"),
                URI.create(conf.getJsonObject("redis").getString("uri")).getPort(),
                Integer.parseInt(kafka.substring(kafka.indexOf(':') + 1))));
        for (Document overlay : manifests.all("Kustomization")) {
            elements(overlay.node().path("patches"))
                    .flatMap(patch -> elements(OverlayRules.operations(patch)))
                    .filter(step -> step.at("/value/name").asText().equals("ASSAY_ANALYTICS_URI"))
                    .forEach(step -> servers.add(
                            URI.create(step.at("/value/value").asText()).getPort()));
        }
        return servers;
    }

    /** Readiness is off for long enough to be noticed, and the process has time to end in order. */
    private void checkEnd(Document deployment, JsonNode pod) {
        long drainMillis = HttpConfig.drainMillis(Configuration.read(Path.of("conf/cluster.json")));
        JsonNode readiness = pod.at("/containers/0/readinessProbe");
        long noticed = readiness.path("periodSeconds").asLong()
                * readiness.path("failureThreshold").asLong();
        claim(drainMillis >= 2_000 * noticed, deployment + ": has stopped before its readiness is asked for");
        claim(
                pod.path("terminationGracePeriodSeconds").asLong() >= drainMillis / 1000 + STOP_SECONDS,
                deployment + ": is killed before it has drained and stopped");
    }

    private void checkSpread(Document deployment, JsonNode pod) {
        claim(
                elements(pod.path("topologySpreadConstraints"))
                        .anyMatch(spread -> spread.path("topologyKey").asText().equals("kubernetes.io/hostname")),
                deployment + ": all of it may stand on one machine");
        for (JsonNode spread : pod.path("topologySpreadConstraints")) {
            claim(
                    matches(spread.at("/labelSelector/matchLabels"), deployment.at("/spec/template/metadata/labels")),
                    deployment + ": spreads other pods");
        }
    }

    private void checkProbes(Document deployment, JsonNode container) {
        Set<String> ports = portNames(container);
        claim(ports.size() == container.path("ports").size(), deployment + ": two ports of one name");
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            String port = container.at("/" + probe + "/httpGet/port").asText();
            String path = container.at("/" + probe + "/httpGet/path").asText();
            claim(port.equals("management") && ports.contains(port), deployment + ": " + probe + " asks port " + port);
            claim(
                    path.equals(probe.equals("readinessProbe") ? "/health/ready" : "/health/live"),
                    deployment + ": " + probe + " asks for " + path);
        }
    }

    private void checkVolumes(Document deployment, JsonNode container, JsonNode volumes) {
        Set<String> mounted = elements(container.path("volumeMounts"))
                .map(mount -> mount.path("name").asText())
                .collect(Collectors.toSet());
        Set<String> present =
                elements(volumes).map(volume -> volume.path("name").asText()).collect(Collectors.toSet());
        claim(mounted.equals(present), deployment + ": mounts " + mounted + " of the volumes " + present);
        for (JsonNode volume : volumes) {
            claim(volume.has("configMap") != volume.has("emptyDir"), deployment + ": volume " + volume);
            String map = volume.at("/configMap/name").asText();
            claim(
                    map.isEmpty() || manifests.configMaps().containsKey(map),
                    deployment + ": nobody makes the ConfigMap " + map);
        }
    }

    private void checkEnvironment(Document deployment, JsonNode container) {
        Map<String, List<Path>> secrets = manifests.secrets();
        for (JsonNode variable : container.path("env")) {
            claim(variable.has("value") != variable.has("valueFrom"), deployment + ": " + variable);
            JsonNode reference = variable.at("/valueFrom/secretKeyRef");
            String key = reference.path("key").asText();
            claim(
                    reference.isMissingNode()
                            || secrets.getOrDefault(reference.path("name").asText(), List.of()).stream()
                                    .anyMatch(file ->
                                            manifests.text(file).lines().anyMatch(l -> l.startsWith(key + "="))),
                    deployment + ": nobody makes the secret " + reference);
        }
    }

    private void checkService(Document service) {
        boolean headless = service.at("/spec/clusterIP").asText().equals("None");
        List<Document> selected = checkSelected(service, "/spec/selector", !headless);
        Set<String> names = new HashSet<>();
        for (JsonNode port : service.at("/spec/ports")) {
            claim(names.add(port.path("name").asText()), service + ": two ports of one name");
            String target = port.path("targetPort").asText();
            for (Document deployment : selected) {
                claim(
                        elements(deployment.at("/spec/template/spec/containers"))
                                .anyMatch(container -> portNames(container).contains(target)),
                        service + ": " + deployment.name() + " has no port " + target);
            }
        }
    }

    /** The deployments whose pods the document selects: its own, or all. */
    private List<Document> checkSelected(Document document, String selector, boolean one) {
        List<Document> deployments = manifests.all("Deployment");
        List<Document> selected = deployments.stream()
                .filter(d -> matches(document.at(selector), d.at("/spec/template/metadata/labels")))
                .toList();
        boolean right = one
                ? selected.stream().map(Document::name).toList().equals(List.of(document.name()))
                : selected.equals(deployments);
        claim(right, document + ": selects the pods of " + selected);
        return selected;
    }

    private void checkAutoscaler(Document autoscaler) {
        claim(
                manifests.all("Deployment").stream().anyMatch(d -> d.name()
                        .equals(autoscaler.at("/spec/scaleTargetRef/name").asText())),
                autoscaler + ": scales nothing");
        claim(
                autoscaler.at("/spec/minReplicas").asInt() >= 2
                        && autoscaler.at("/spec/minReplicas").asInt()
                                <= autoscaler.at("/spec/maxReplicas").asInt(),
                autoscaler + ": from two to more");
    }

    private void checkIngress(Document ingress) {
        for (JsonNode path : ingress.at("/spec/rules/0/http/paths")) {
            JsonNode backend = path.at("/backend/service");
            claim(path.path("path").asText().startsWith("/"), ingress + ": " + path);
            claim(
                    Set.of("Prefix", "Exact", "ImplementationSpecific")
                            .contains(path.path("pathType").asText()),
                    ingress + ": " + path);
            claim(
                    manifests.all("Service").stream()
                            .filter(service ->
                                    service.name().equals(backend.path("name").asText()))
                            .flatMap(service -> elements(service.at("/spec/ports")))
                            .anyMatch(port -> port.path("name").equals(backend.at("/port/name"))),
                    ingress + ": leads to no service: " + path);
        }
    }

    private static Set<String> portNames(JsonNode container) {
        return elements(container.path("ports"))
                .map(port -> port.path("name").asText())
                .collect(Collectors.toSet());
    }

    private static boolean matches(JsonNode selector, JsonNode labels) {
        return selector.size() > 0
                && selector.properties().stream().allMatch(e -> e.getValue().equals(labels.get(e.getKey())));
    }

    private void claim(boolean holds, String breach) {
        if (!holds) {
            breaches.add(breach);
        }
    }
}
