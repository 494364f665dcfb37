package dev.mainstay.jepsen.workload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// All workloads by name. Immutable.
public final class Workloads {

    private static final Map<String, Supplier<Workload>> ALL = all();

    private Workloads() {}

    private static Map<String, Supplier<Workload>> all() {
        Map<String, Supplier<Workload>> all = new LinkedHashMap<>();
        for (Supplier<Workload> maker :
                List.<Supplier<Workload>>of(
                        RegisterWorkload::new,
                        CasWorkload::new,
                        SetWorkload::new,
                        AppendWorkload::new,
                        WatchWorkload::new,
                        LeaseWorkload::new,
                        CounterWorkload::new,
                        ReadsWorkload::new)) {
            all.put(maker.get().name(), maker);
        }
        return all;
    }

    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /// A fresh one, for one run. Throws `IllegalArgumentException` for a name that is not in
    /// [#names].
    public static Workload named(String name) {
        var maker = ALL.get(name);
        if (maker == null) {
            throw new IllegalArgumentException(
                    "no workload %s; there are %s".formatted(name, names()));
        }
        return maker.get();
    }
}
