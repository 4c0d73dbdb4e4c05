package io.assay.catalog;

import java.math.BigDecimal;

/** A variant as results show it. Dropped ones stay in the list: they have been exposed. */
public record MeasuredVariant(String key, BigDecimal allocationPercent, boolean dropped) {}
