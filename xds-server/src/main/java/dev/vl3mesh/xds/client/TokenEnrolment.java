package dev.vl3mesh.xds.client;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/// Gets an identity from a control plane for a pod's projected token, which is read anew each time, since the
/// kubelet replaces it.
///
/// @param address of the control plane, `host:port`
/// @param server the id that it must have
/// @param tokenFile this pod's token for it
public record TokenEnrolment(String address, SpiffeId server, Path tokenFile) {
    /// Enrols with a new key.
    ///
    /// @param roots by which the control plane is known
    /// @throws IOException if the token can't be read
    /// @throws io.grpc.StatusRuntimeException if the control plane does not answer, or refuses
    public Svid enrol(List<X509Certificate> roots) throws IOException {
        String token = Files.readString(tokenFile).strip();
        ManagedChannel channel = ControlChannel.anonymous(address, () -> roots, server);
        try {
            return new IdentityClient(channel, new SecureRandom()).enrol(token);
        } finally {
            channel.shutdownNow();
        }
    }
}
