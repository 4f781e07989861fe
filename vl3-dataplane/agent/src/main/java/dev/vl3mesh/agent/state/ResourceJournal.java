package dev.vl3mesh.agent.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.agent.state.proto.JournalEntry;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.encode.ResourceProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last good copy of what this node was told, on disk: a file that changes are appended to, and that is
/// written anew when most of it is history. Each entry is its length and its CRC-32C (32 bits each,
/// big-endian), then a [JournalEntry]; whatever follows a damaged entry, such as one that a power cut tore,
/// is dropped. Belongs to one thread.
public final class ResourceJournal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ResourceJournal.class);
    private static final int HEADER_BYTES = 8;
    private static final int ENTRY_BYTES_MAX = 16 << 20;
    private static final long HISTORY_BYTES_MIN = 1 << 20;

    private final Path file;
    private final Map<ResourceKey, MeshResource> live = new LinkedHashMap<>();
    private FileChannel channel;
    private long compactedBytes;

    private ResourceJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens the journal, makes it where there is none, and reads what is in it.
    ///
    /// @throws IOException if the file can't be read or written
    public static ResourceJournal open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ResourceJournal journal = new ResourceJournal(file, channel);
        long good = journal.read();
        if (good < channel.size()) {
            log.warn("state {}: {} damaged bytes at the end are dropped", file, channel.size() - good);
            channel.truncate(good);
        }
        channel.position(good);
        journal.compactedBytes = good;
        return journal;
    }

    /// Everything that is known.
    public Collection<MeshResource> resources() {
        return List.copyOf(live.values());
    }

    /// Returns the number of bytes that make sense.
    private long read() throws IOException {
        long position = 0;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        while (readFully(header.clear(), position)) {
            int length = header.getInt();
            int sum = header.getInt();
            if (length < 0 || length > ENTRY_BYTES_MAX) {
                break;
            }
            ByteBuffer body = ByteBuffer.allocate((int) Math.min(length, channel.size()));
            if (body.capacity() < length || !readFully(body, position + HEADER_BYTES) || checksum(body) != sum) {
                break;
            }
            take(body);
            position += HEADER_BYTES + length;
        }
        return position;
    }

    private boolean readFully(ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target, position + target.position()) < 0) {
                return false;
            }
        }
        target.flip();
        return true;
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    private void take(ByteBuffer bytes) {
        try {
            JournalEntry entry = JournalEntry.parseFrom(bytes);
            ResourceKind kind = ResourceKind.valueOf(entry.getKind());
            if (entry.getBody().isEmpty()) {
                live.remove(ResourceKey.ofWireName(kind, entry.getName()));
            } else {
                MeshResource resource = ResourceCodec.decode(kind, entry.getName(), entry.getBody());
                live.put(resource.key(), resource);
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException | ResourceProblem e) {
            // Written by a newer or older agent. The control plane sends it again.
            log.warn("state {}: an entry is skipped: {}", file, e.getMessage());
        }
    }

    /// Appends changes and has them on disk when this returns.
    ///
    /// @throws IOException if the file can't be written
    public void append(Collection<SnapshotDelta> deltas) throws IOException {
        List<ByteBuffer> entries = new ArrayList<>();
        for (SnapshotDelta delta : deltas) {
            for (ResourceKey key : delta.removals()) {
                if (live.remove(key) != null) {
                    entries.add(entry(key, ByteString.EMPTY));
                }
            }
            for (MeshResource resource : delta.upserts()) {
                if (!resource.equals(live.put(resource.key(), resource))) {
                    entries.add(entry(resource.key(), ResourceCodec.encode(resource)));
                }
            }
        }
        if (entries.isEmpty()) {
            return;
        }
        write(channel, entries);
        if (channel.size() > 2 * compactedBytes + HISTORY_BYTES_MIN) {
            compact();
        }
    }

    private void compact() throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        FileChannel target = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        List<ByteBuffer> entries = new ArrayList<>();
        live.forEach((key, resource) -> entries.add(entry(key, ResourceCodec.encode(resource))));
        write(target, entries);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        channel.close();
        channel = target;
        compactedBytes = target.size();
    }

    private static void write(FileChannel target, List<ByteBuffer> entries) throws IOException {
        for (ByteBuffer entry : entries) {
            while (entry.hasRemaining()) {
                target.write(entry);
            }
        }
        target.force(false);
    }

    private static ByteBuffer entry(ResourceKey key, ByteString body) {
        ByteBuffer payload = JournalEntry.newBuilder()
                .setKind(key.kind().name())
                .setName(key.wireName())
                .setBody(body)
                .build()
                .toByteString()
                .asReadOnlyByteBuffer();
        return ByteBuffer.allocate(HEADER_BYTES + payload.remaining())
                .putInt(payload.remaining())
                .putInt(checksum(payload))
                .put(payload)
                .flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
