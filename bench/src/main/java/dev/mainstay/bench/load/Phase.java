package dev.mainstay.bench.load;

import java.util.List;

/// One kind of load: what is asked, how many calls at a time, at which nodes.
record Phase(String name, Operation operation, int inFlight, Through through) {

    enum Operation {
        PUT,
        GET
    }

    enum Through {
        LEADER,
        FOLLOWERS
    }

    static final Phase PUT_64 = new Phase("put, 64 in flight", Operation.PUT, 64, Through.LEADER);
    static final Phase PUT_256 =
            new Phase("put, 256 in flight", Operation.PUT, 256, Through.LEADER);
    static final Phase GET_64 = new Phase("get, 64 in flight", Operation.GET, 64, Through.LEADER);
    static final Phase GET_256 =
            new Phase("get, 256 in flight", Operation.GET, 256, Through.LEADER);
    static final Phase PUT_1 = new Phase("put, one at a time", Operation.PUT, 1, Through.LEADER);
    static final Phase GET_1 = new Phase("get, one at a time", Operation.GET, 1, Through.LEADER);
    static final Phase PUT_FOLLOWERS =
            new Phase("put, 64 in flight, followers", Operation.PUT, 64, Through.FOLLOWERS);
    static final Phase GET_FOLLOWERS =
            new Phase("get, 64 in flight, followers", Operation.GET, 64, Through.FOLLOWERS);

    static final List<Phase> ALL =
            List.of(PUT_64, PUT_256, GET_64, GET_256, PUT_1, GET_1, PUT_FOLLOWERS, GET_FOLLOWERS);
}
