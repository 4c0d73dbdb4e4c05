package io.assay.cli;

import java.util.Arrays;
import java.util.List;

/** The entry point of {@code bin/assay demo}, {@code replay}, {@code rebuild} and {@code audit}. */
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        System.exit(run(Arrays.asList(words)));
    }

    private static int run(List<String> words) {
        String command = words.isEmpty() ? "" : words.get(0);
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        try {
            return switch (command) {
                case "demo" -> Demo.run(rest);
                case "replay" -> Replay.run(rest);
                case "rebuild" -> Rebuild.run(rest);
                case "audit" -> Audit.run(rest);
                default -> throw new UsageException("expected demo, replay, rebuild or audit");
            };
        } catch (UsageException e) {
            System.err.println("assay " + command + ": " + e.getMessage());
            return 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
    }
}
