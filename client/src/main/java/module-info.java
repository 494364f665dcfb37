/// The Java SDK of Mainstay. Only `dev.mainstay.client` is for users; everything else may change
/// with any release.
module dev.mainstay.client {
    requires com.google.common;
    requires com.google.protobuf;
    requires io.grpc;
    requires io.grpc.netty;
    requires io.grpc.protobuf;
    requires io.grpc.stub;
    // Needed by grpc-netty, which has no descriptor to say so.
    requires io.netty.codec.http2;
    requires io.netty.common;
    requires io.netty.transport;
    requires static transitive org.jspecify;

    exports dev.mainstay.client;
}
