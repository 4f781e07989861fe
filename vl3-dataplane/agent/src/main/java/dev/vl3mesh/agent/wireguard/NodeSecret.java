package dev.vl3mesh.agent.wireguard;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.tunnel.TunnelIdentity;
import dev.vl3mesh.tunnel.TunnelKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// What only this node knows, and from which its keys follow: one for each domain, so that nothing that is said in one
/// domain means anything in another one. It outlives the agent, so that sessions can be made anew at once.
public final class NodeSecret {
    private static final int BYTES = 32;
    private static final String INFO = "vl3mesh wireguard ";

    private final byte[] secret;

    private NodeSecret(byte[] secret) {
        this.secret = secret;
    }

    /// Reads the secret, or makes one where there is none.
    ///
    /// @param file readable by its owner alone
    ///
    /// @throws IOException if it can't be read or written, or is no secret
    public static NodeSecret in(Path file) throws IOException {
        try {
            byte[] read = Files.readAllBytes(file);
            if (read.length != BYTES) {
                throw new IOException(file + " has " + read.length + " bytes, not " + BYTES
                        + ": remove it, and the node gets new keys when its agent starts");
            }
            return new NodeSecret(read);
        } catch (NoSuchFileException e) {
            return create(file);
        }
    }

    private static NodeSecret create(Path file) throws IOException {
        byte[] made = new byte[BYTES];
        new SecureRandom().nextBytes(made);
        Path parent = file.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path written = Files.createTempFile(
                parent, "new", "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(written, made);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        return new NodeSecret(made);
    }

    /// A node's own key in a domain (RFC 5869). Nodes that were copied from one disk have different ones.
    public TunnelIdentity identity(DomainName domain, NodeKey node) {
        byte[] info = (INFO + domain + " " + node).getBytes(StandardCharsets.UTF_8);
        try {
            return TunnelIdentity.of(KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, TunnelKey.BYTES)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java 25 has HKDF-SHA256", e);
        }
    }
}
