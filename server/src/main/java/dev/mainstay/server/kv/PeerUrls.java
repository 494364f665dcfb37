package dev.mainstay.server.kv;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What etcd takes for a list of peer URLs: each with a known scheme, host and port, and no path.
final class PeerUrls {

    private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");

    private PeerUrls() {}

    /// The list, checked and sorted.
    static List<String> checked(List<String> urls) throws Rejection {
        if (urls.isEmpty()) {
            throw new Rejection(EtcdError.BAD_MEMBER_URLS);
        }
        var checked = new ArrayList<String>(urls.size());
        for (var url : urls) {
            if (!isValid(url.strip())) {
                throw new Rejection(EtcdError.BAD_MEMBER_URLS);
            }
            checked.add(url.strip());
        }
        checked.sort(null);
        return checked;
    }

    private static boolean isValid(String text) {
        try {
            var url = new URI(text);
            return url.getScheme() != null
                    && SCHEMES.contains(url.getScheme())
                    && url.getHost() != null
                    && url.getPort() >= 0
                    && url.getRawPath().isEmpty();
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
