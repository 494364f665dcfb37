/// Tests of the report.
@NullMarked
package dev.mainstay.jepsen.report;

import org.jspecify.annotations.NullMarked;
