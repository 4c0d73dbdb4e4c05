package io.assay.sdk;

import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** What each user gets, as a line of text, in the order of the users; compared by one digest per thousand. */
record Answers(List<String> questions, List<String> lines) {
    static final int BLOCK = 1_000;

    /** The variants of a user by experiment, as a line. */
    static String line(Map<String, String> variants) {
        return new TreeMap<>(variants)
                .entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue() + ";")
                        .collect(Collectors.joining());
    }

    /** Fails with the first user to whom another implementation gives something else. */
    void assertEqualTo(String who, List<String> others) {
        assertEqualTo(who, digests(others), block -> block(others, block));
    }

    /** The same, where the lines of a block have to be fetched. */
    void assertEqualTo(String who, List<String> digests, IntFunction<List<String>> blocks) {
        List<String> own = digests(lines);
        for (int block = 0; block < own.size(); block++) {
            if (digests.size() <= block || !own.get(block).equals(digests.get(block))) {
                failAt(who, block, blocks.apply(block));
            }
        }
        if (digests.size() != own.size()) {
            fail(who + " answered " + digests.size() + " blocks instead of " + own.size());
        }
    }

    private void failAt(String who, int block, List<String> theirs) {
        List<String> ours = block(lines, block);
        for (int i = 0; i < ours.size(); i++) {
            String other = i < theirs.size() ? theirs.get(i) : "nothing at all";
            if (!ours.get(i).equals(other)) {
                fail("%s answers %s%nwith %s%ninstead of %s"
                        .formatted(who, questions.get(block * BLOCK + i), other, ours.get(i)));
            }
        }
        fail(who + " has other digests of equal lines in block " + block);
    }

    private static List<String> block(List<String> lines, int block) {
        int from = Math.min(block * BLOCK, lines.size());
        return lines.subList(from, Math.min(from + BLOCK, lines.size()));
    }

    private static List<String> digests(List<String> lines) {
        List<String> digests = new ArrayList<>();
        for (int block = 0; block * BLOCK < lines.size(); block++) {
            digests.add(sha256(String.join("\n", block(lines, block))));
        }
        return digests;
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
