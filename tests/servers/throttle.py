"""A TCP proxy that makes a link slow: a rate that all connections share, and a delay.

    PYTHONPATH=tests python3 -m servers.throttle --target 127.0.0.1:8096 [--port 0] [--rate 20000000] [--delay 0.05]

prints its address. `rate` is in bytes a second, for each direction; `delay` in seconds, the time that a round trip takes longer: what the
server sends arrives that much later, and as much of it may be under way as the link carries in that time.
"""

import argparse
import collections
import socket
import struct
import threading
import time

CHUNK = 32 * 1024


class Link:
    """The rate of one direction, shared by all connections."""

    def __init__(self, rate):
        self.rate, self._free, self._lock, self.bytes = rate, 0.0, threading.Lock(), 0

    def pass_on(self, size):
        """Returns when the last of these bytes has left."""
        with self._lock:
            self._free = max(time.monotonic(), self._free) + size / self.rate
            self.bytes += size
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))


class _Delayed:
    """Bytes on their way: taken at once, handed over `delay` seconds later, in order."""

    def __init__(self, delay, limit):
        self.delay, self.limit, self._waiting, self._size, self._condition = delay, limit, collections.deque(), 0, threading.Condition()

    def put(self, data):
        with self._condition:
            while self._size > self.limit:
                self._condition.wait()
            self._waiting.append((time.monotonic() + self.delay, data))
            self._size += len(data)
            self._condition.notify_all()

    def get(self):
        with self._condition:
            while not self._waiting:
                self._condition.wait()
            due, data = self._waiting.popleft()
            self._size -= len(data)
            self._condition.notify_all()
        time.sleep(max(0.0, due - time.monotonic()))
        return data


class Throttle:
    def __init__(self, target, rate=20_000_000, delay=0.05, port=0):
        """`target`: (host, port)."""
        self.target, self.delay = target, delay
        self.up, self.down = Link(rate), Link(rate)
        self.connections = 0
        self._window = int(rate * delay) + 4 * CHUNK
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open, self._closed = set(), False

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self):
        self._closed = True
        self._listener.close()
        for end in list(self._open):
            self._hang_up(end)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    def _accept(self):
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        try:
            server = socket.create_connection(self.target, 10)
            server.settimeout(None)
        except OSError:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()  # with a reset, as the server's host would refuse
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(end)
        threads = [self._carry(client, server, self.up, None), self._carry(server, client, self.down, _Delayed(self.delay, self._window))]
        for thread in threads:
            thread.join()
        for end in (client, server):
            self._open.discard(end)
            end.close()

    def _carry(self, source, sink, link, delayed):
        def read():
            data = b"x"
            while data:
                try:
                    data = source.recv(CHUNK)
                except OSError:
                    data = b""
                link.pass_on(len(data))
                delayed.put(data) if delayed else give(data)

        def give(data):
            try:
                sink.sendall(data) if data else sink.shutdown(socket.SHUT_WR)
            except OSError:
                self._hang_up(source)

        def write():
            data = b"x"
            while data:
                data = delayed.get()
                give(data)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        if delayed is None:
            return reader
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        return writer

    @staticmethod
    def _hang_up(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True, metavar="HOST:PORT")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=float, default=20_000_000)
    parser.add_argument("--delay", type=float, default=0.05)
    arguments = parser.parse_args()
    host, _, port = arguments.target.rpartition(":")
    print(Throttle((host, int(port)), arguments.rate, arguments.delay, arguments.port).start().url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
