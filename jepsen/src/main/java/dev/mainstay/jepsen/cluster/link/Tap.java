package dev.mainstay.jepsen.cluster.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A network interface whose cable ends in this process: frames that the kernel sends are read
/// here, and what is written here arrives there. It goes away with this process.
///
/// One thread reads, any number of threads write.
final class Tap implements AutoCloseable {

    static final int FRAME_BYTES_MAX = 64 << 10;

    private static final int READ_AND_WRITE = 2;
    private static final long SET_NAME_AND_KIND = 0x400454caL;
    private static final int REQUEST_BYTES = 40;
    private static final int NAME_BYTES = 16;
    private static final short TAP_WITHOUT_HEADER = 0x1002;
    private static final short READABLE = 1;
    private static final int POLL_BYTES = 8;
    private static final int POLL_MILLIS = 200;

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
    private static final MethodHandle IOCTL =
            function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    private static final MethodHandle POLL =
            function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT), -1);
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);

    private final int handle;

    private Tap(int handle) {
        this.handle = handle;
    }

    /// Makes the interface, in this process' network namespace.
    static Tap open(String name) throws IOException {
        if (name.length() >= NAME_BYTES) {
            throw new IllegalArgumentException("too long for an interface: " + name);
        }
        try (var memory = Arena.ofConfined()) {
            var handle =
                    (int) OPEN.invokeExact(memory.allocateFrom("/dev/net/tun"), READ_AND_WRITE);
            if (handle < 0) {
                throw new IOException("cannot open /dev/net/tun");
            }
            var tap = new Tap(handle);
            var request = memory.allocate(REQUEST_BYTES);
            request.setString(0, name);
            request.set(JAVA_SHORT, NAME_BYTES, TAP_WITHOUT_HEADER);
            if ((int) IOCTL.invokeExact(handle, SET_NAME_AND_KIND, request) < 0) {
                tap.close();
                throw new IOException("cannot make the interface " + name);
            }
            return tap;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Waits for a frame, but not for long; its length, or 0 if none came.
    int read(MemorySegment into, MemorySegment poll) throws IOException {
        try {
            poll.set(JAVA_INT, 0, handle);
            poll.set(JAVA_SHORT, 4, READABLE);
            poll.set(JAVA_SHORT, 6, (short) 0);
            if ((int) POLL.invokeExact(poll, 1L, POLL_MILLIS) <= 0) {
                return 0;
            }
            // Negative while the interface is down: nothing came.
            return (int) Math.max(0, (long) READ.invokeExact(handle, into, into.byteSize()));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// A frame that the interface does not take is lost, as on a wire.
    void write(MemorySegment frame) {
        try {
            var _ = (long) WRITE.invokeExact(handle, frame, frame.byteSize());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            var _ = (int) CLOSE.invokeExact(handle);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /// Room for [#read]'s second argument.
    static MemorySegment pollRoom(Arena memory) {
        return memory.allocate(POLL_BYTES, JAVA_INT.byteAlignment());
    }

    static MemorySegment frameRoom(Arena memory) {
        return memory.allocate(FRAME_BYTES_MAX, JAVA_LONG.byteAlignment());
    }

    static byte[] bytes(MemorySegment frame) {
        return frame.toArray(JAVA_BYTE);
    }

    @SuppressWarnings("restricted") // The suite calls five functions of the C library.
    private static MethodHandle function(String name, FunctionDescriptor type, int firstVariadic) {
        var linker = Linker.nativeLinker();
        var options =
                firstVariadic < 0
                        ? new Linker.Option[0]
                        : new Linker.Option[] {Linker.Option.firstVariadicArg(firstVariadic)};
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), type, options);
    }
}
