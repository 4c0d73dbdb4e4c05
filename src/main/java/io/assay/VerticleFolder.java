package io.assay;

import io.assay.platform.ConfigException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The descriptors that a process runs: the files of a folder, or those of them that were named. */
final class VerticleFolder {
    private VerticleFolder() {}

    /** Reads all files, so that a mistake in one is told even if it is not to run; returns those to run, by name. */
    static List<VerticleDescriptor> load(Path folder, List<String> only) {
        List<VerticleDescriptor> all = new ArrayList<>();
        for (Path file : files(folder)) {
            all.add(VerticleDescriptor.from(Configuration.shown(file), Configuration.read(file)));
        }
        all.sort(Comparator.comparing(VerticleDescriptor::name));
        refuseUnknown(only, all, folder);
        List<VerticleDescriptor> chosen = all.stream()
                .filter(verticle -> only.isEmpty() || only.contains(verticle.name()))
                .toList();
        refuseSharedPorts(chosen);
        return chosen;
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ConfigException(folder + ": is not a folder (expected: verticle descriptors)");
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.json")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new ConfigException(folder + ": can't be read: " + e.getMessage());
        }
        if (files.isEmpty()) {
            throw new ConfigException(folder + ": holds no *.json (expected: verticle descriptors)");
        }
        return files;
    }

    private static void refuseUnknown(List<String> only, List<VerticleDescriptor> all, Path folder) {
        Set<String> names = all.stream().map(VerticleDescriptor::name).collect(Collectors.toCollection(TreeSet::new));
        for (String name : only) {
            if (!names.contains(name)) {
                throw new ConfigException("--only: \"" + name + "\" is not in " + folder + " (expected: of "
                        + String.join(",", names) + ")");
            }
        }
    }

    private static void refuseSharedPorts(List<VerticleDescriptor> chosen) {
        Set<Integer> taken = new HashSet<>();
        for (VerticleDescriptor verticle : chosen) {
            if (verticle.portOffset() >= 0 && !taken.add(verticle.portOffset())) {
                throw new ConfigException(verticle.file() + ": options.config.portOffset: " + verticle.portOffset()
                        + " (expected: one that no other verticle of the folder has)");
            }
        }
    }
}
