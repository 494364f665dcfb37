package dev.mainstay.jepsen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Only what may differ is taken out of an answer.
class NormalTest {

    private final Normal normal = new Normal(10, Map.of("L1", "694da210d4a6f719"));

    @Test
    void revisions_becomeDistancesFromTheStart() {
        assertThat(normal.of("\"revision\":12,\"mod_revision\":11", false))
                .isEqualTo("\"revision\":r+2,\"mod_revision\":r+1");
        assertThat(normal.of("\"CreateRevision\" : 13\n", false))
                .isEqualTo("\"CreateRevision\" : r+3\n");
    }

    @Test
    void versionsOfKeys_stay() {
        assertThat(normal.of("\"version\":4,\"count\":2", false))
                .isEqualTo("\"version\":4,\"count\":2");
    }

    @Test
    void aShortLeaseId_isNamed_withAndWithoutLeadingZeros() {
        var shortId = new Normal(10, Map.of("L2", "694da210d4a6f"));

        assertThat(shortId.of("000694da210d4a6f a/694da210d4a6f", false)).isEqualTo("<L2> a/<L2>");
    }

    @Test
    void rememberedLeases_areNamed_inBothNotations() {
        assertThat(normal.of("lease 694da210d4a6f719 granted", false))
                .isEqualTo("lease <L1> granted");
        assertThat(normal.of("\"lease\":7587899140360042265", false)).isEqualTo("\"lease\":<L1>");
    }

    @Test
    void identitiesAddressesAndTimes_goAway() {
        assertThat(normal.of("\"member_id\":99,\"raft_term\":2 127.0.0.1:999 took = 1.2ms", false))
                .isEqualTo("\"member_id\":<n>,\"raft_term\":<n> <address> took <time>");
        assertThat(normal.of("race/694da210d4a6f70d\n", false)).isEqualTo("race/<id>\n");
    }

    @Test
    void linesWithoutOrder_areSorted() {
        assertThat(normal.of("b\na\n", true)).isEqualTo("\na\nb");
    }

    @Test
    void errors_stay() {
        var error = "Error: etcdserver: key is not provided\n";

        assertThat(normal.of("{\"level\":\"warn\"}\n" + error, false)).isEqualTo(error);
    }
}
