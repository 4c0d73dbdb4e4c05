package io.assay.comparison;

import java.util.List;

/** What is measured: a library, with a user whom it has seen before. */
final class Subject<U, A> {
    private final Library<U, A> library;
    private final U known;

    private Subject(Library<U, A> library) {
        this.library = library;
        known = library.user("a_friend");
    }

    static Subject<?, ?> of(String name, List<String> keys) {
        return switch (name) {
            case "assay" -> new Subject<>(new AssayLibrary(keys));
            case "proctor" -> new Subject<>(new ProctorLibrary(keys));
            case "optimizely" -> new Subject<>(new OptimizelyLibrary(keys));
            case "unleash" -> new Subject<>(new UnleashLibrary(keys));
            default -> throw new IllegalArgumentException("library: " + name);
        };
    }

    Object all(String newUser) {
        return library.all(library.user(newUser));
    }

    int allRead(String newUser) {
        return library.treatments(library.all(library.user(newUser)));
    }

    Object one(String experiment) {
        return library.one(known, experiment);
    }

    /**
     * Makes sure that the library evaluates: half of the users get each variant of each experiment, at random (six standard
     * deviations), and both calls agree.
     */
    void requireSplit(List<String> keys, NewUsers users, int count) {
        int[] treated = new int[keys.size()];
        for (int u = 0; u < count; u++) {
            U user = library.user(users.next());
            A answer = library.all(user);
            for (int e = 0; e < treated.length; e++) {
                treated[e] += isTreated(library.read(answer, keys.get(e)), keys.get(e)) ? 1 : 0;
            }
            requireAgreement(user, answer, keys.get(u % keys.size()));
        }
        for (int e = 0; e < treated.length; e++) {
            if (Math.abs(treated[e] - count / 2.0) > 3 * Math.sqrt(count)) {
                throw new IllegalStateException(
                        keys.get(e) + ": " + treated[e] + " of " + count + " users in the treatment (expected: half)");
            }
        }
    }

    private void requireAgreement(U user, A answer, String experiment) {
        String variant = library.read(answer, experiment);
        if (!variant.equals(library.one(user, experiment))) {
            throw new IllegalStateException(experiment + ": " + variant + " among all, another alone");
        }
    }

    private static boolean isTreated(String variant, String experiment) {
        if (!variant.equals(Experiments.CONTROL) && !variant.equals(Experiments.TREATMENT)) {
            throw new IllegalStateException(experiment + ": variant " + variant);
        }
        return variant.equals(Experiments.TREATMENT);
    }

    void close() {
        library.close();
    }
}
