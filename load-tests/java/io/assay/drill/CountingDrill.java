package io.assay.drill;

/** A drill of what becomes of events: it ends with the {@link Referee}. */
abstract class CountingDrill implements Drill {
    private final String name;
    private final String sentence;

    CountingDrill(String name, String sentence) {
        this.name = name;
        this.sentence = sentence;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    @Override
    public boolean isQuick() {
        return false;
    }
}
