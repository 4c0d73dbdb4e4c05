package io.assay.drill;

/** One thing that may go wrong, and the proof that nobody notices more of it than is promised. */
public interface Drill {
    /** As the command line calls it, such as {@code redis-killed}. */
    String name();

    /** What happens in it, in one sentence. */
    String sentence();

    /** Whether {@code --quick} runs it too, in the short form of {@link Scene#quick()}. */
    boolean isQuick();

    /** Lets it happen. What is wrong becomes a failed check of the scene; an exception is one as well. */
    void run(Scene scene) throws Exception;
}
