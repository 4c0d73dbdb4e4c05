package io.assay;

import io.assay.platform.ConfigException;
import io.assay.platform.HttpConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;

/** The look at the ports of all verticles before anything starts, so that a busy one is told at once and by number. */
final class FreePorts {
    private FreePorts() {}

    static void check(JsonObject config, List<VerticleDescriptor> verticles) {
        for (VerticleDescriptor verticle : verticles) {
            int offset = verticle.portOffset();
            if (offset >= 0) {
                check(HttpConfig.from(config.copy().put("portOffset", offset)), verticle.name());
            }
        }
    }

    private static void check(HttpConfig http, String verticle) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getAllByName(http.host())[0], http.port()));
        } catch (UnknownHostException e) {
            throw new ConfigException("http.host: \"" + http.host() + "\" (expected: an address of this machine)");
        } catch (IOException e) {
            throw new ConfigException("port " + http.port() + " on " + http.host() + " is busy (" + verticle
                    + " needs it): stop what listens there, or choose another base port with --port N");
        }
    }
}
