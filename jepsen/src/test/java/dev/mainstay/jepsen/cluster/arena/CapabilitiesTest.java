package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapabilitiesTest {

    @Test
    void theTable_hasOneLineARow_withAReasonWhereSomethingDoesNotWork() {
        var found = Capabilities.probe();

        assertThat(found.table().lines()).hasSameSizeAs(found.rows());
        assertThat(found.rows())
                .filteredOn(row -> !row.works())
                .allMatch(row -> !row.obstacle().orElseThrow().isBlank());
        assertThat(found.rows().getFirst().works()).isTrue();
    }
}
