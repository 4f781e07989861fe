package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.attach.Room;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Makes sockets that belong to a domain's room, whatever thread uses them afterwards.
final class RoomSockets {
    private final Room room;

    RoomSockets(Room room) {
        this.room = room;
    }

    /// One that will listen.
    NioServerSocketChannel server() {
        try {
            ServerSocketChannel socket = room.inside(ServerSocketChannel::open);
            socket.configureBlocking(false);
            return new NioServerSocketChannel(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One that will connect.
    NioSocketChannel client() {
        try {
            SocketChannel socket = room.inside(SocketChannel::open);
            socket.configureBlocking(false);
            return new NioSocketChannel(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
