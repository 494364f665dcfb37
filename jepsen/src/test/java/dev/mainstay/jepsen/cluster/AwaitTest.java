package dev.mainstay.jepsen.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AwaitTest {

    private final AtomicInteger looks = new AtomicInteger();

    @AfterEach
    void forgetInterruption() {
        var _ = Thread.interrupted();
    }

    @Test
    void interrupted_itEnds() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Await.until("third", Duration.ofSeconds(20), this::isThirdLook))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void interruptedButPatient_itWaitsOn_andPassesTheInterruptionOn() {
        Thread.currentThread().interrupt();

        Await.patiently("third", Duration.ofSeconds(20), this::isThirdLook);

        assertThat(looks).hasValue(3);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void patienceEnds() {
        assertThatThrownBy(() -> Await.patiently("never", Duration.ofMillis(30), () -> false))
                .isInstanceOf(Await.Overdue.class)
                .hasMessage("not within 30 ms: never");
    }

    private boolean isThirdLook() {
        return looks.incrementAndGet() == 3;
    }
}
