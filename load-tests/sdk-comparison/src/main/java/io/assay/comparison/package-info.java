/**
 * The Java SDK measured beside other libraries that evaluate experiments in the process.
 * In come equivalent configurations, made here in each library's own format, and the ids of users.
 * Out goes a table of times and allocated bytes, after every library was seen to split its users.
 */
@NullMarked
package io.assay.comparison;

import org.jspecify.annotations.NullMarked;
