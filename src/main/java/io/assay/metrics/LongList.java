package io.assay.metrics;

import java.util.Arrays;

/** A growing array of longs. Membership is a scan: a day's ids are few, and at most some thousands. */
final class LongList {
    private static final long[] NONE = {};

    private long[] items = NONE;
    private int size;

    int size() {
        return size;
    }

    long get(int i) {
        return items[i];
    }

    void add(long item) {
        insert(size, item);
    }

    void insert(int at, long item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, Math.max(4, size * 2));
        }
        System.arraycopy(items, at, items, at + 1, size - at);
        items[at] = item;
        size++;
    }

    void removeRange(int from, int to) {
        System.arraycopy(items, to, items, from, size - to);
        size -= to - from;
    }

    boolean contains(long item) {
        for (int i = 0; i < size; i++) {
            if (items[i] == item) {
                return true;
            }
        }
        return false;
    }

    /** The first place whose item is not below this one, if the items are sorted. */
    int lowerBound(long item) {
        int low = 0;
        int high = size;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (items[mid] < item) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
