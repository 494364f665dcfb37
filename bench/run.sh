# Sourced by the tools of this directory: runs a class of the bench module.
# Builds the module first if that has not been done.
home=$(cd "$(dirname "$0")/.." && pwd)
run() {
    local class=$1
    shift
    if [ ! -f "$home/bench/target/class.path" ]; then
        (cd "$home" && mvn -q -B -pl bench -am -DskipTests package) || exit 1
    fi
    local java=java
    [ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java
    exec "$java" -ea -Xmx1g -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -Dmainstay.home="$home" \
        -cp "$home/bench/target/classes:$(cat "$home/bench/target/class.path")" \
        "dev.mainstay.bench.load.$class" "$@"
}
