"""HTTP/1.1 for the fakes: requests and answers as values, and a threaded server on loopback that can be killed and started again.

The standard library's server, because the faults need the bare socket. Connections are kept alive, TCP_NODELAY is set; TLS on request.
"""

import gzip
import http.server
import select
import socket
import socketserver
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

CHUNK = 64 * 1024
GZIP_FROM = 1024  # bytes; shorter answers are never compressed


@dataclass
class Request:
    method: str
    path: str  # decoded, without the query
    query: list[tuple[str, str]]  # decoded, in order, repeated names kept
    headers: object  # an email.message.Message: names in any case
    body: bytes
    target: str  # as it came: path and query
    kind: str = "other"  # what it is for, as the fake counts it

    def first(self, name, default=None):
        """The first value of a query parameter, its name in any case."""
        return next((value for key, value in self.query if key.lower() == name.lower()), default)

    def all(self, name):
        return [value for key, value in self.query if key.lower() == name.lower()]

    @property
    def line(self):
        """What the patterns of faults are matched against. The parameters of a form belong to it, too."""
        form = (self.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded")
        return f"{self.kind} {self.method} {self.target}" + (f" {self.body.decode('latin-1')}" if form else "")


class File(NamedTuple):
    """A body that is read from disk while it is sent."""

    path: Path


@dataclass
class Answer:
    status: int = 200
    body: bytes | File = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = False  # a byte range of the body may be asked for
    compressible: bool = False
    chunked: bool = False  # sent without a Content-Length

    @property
    def length(self):
        return self.body.path.stat().st_size if isinstance(self.body, File) else len(self.body)

    def chunks(self, start=0, stop=None):
        stop = self.length if stop is None else stop
        if not isinstance(self.body, File):
            for position in range(start, stop, CHUNK):
                yield self.body[position:min(position + CHUNK, stop)]
            return
        with self.body.path.open("rb") as file:
            file.seek(start)
            while start < stop and (data := file.read(min(CHUNK, stop - start))):
                start += len(data)
                yield data


def text(status, body):
    return Answer(status, body.encode(), "text/plain; charset=utf-8")


def byte_range(header, length):
    """(start, stop) of a Range header with one range; None when there is none to honour, () when it cannot be satisfied."""
    if not header or not header.startswith("bytes=") or "," in header:
        return None
    first, dash, last = header.removeprefix("bytes=").strip().partition("-")
    if not dash or not (first + last).isascii() or not (first + last).isdigit():
        return None
    if not first:
        return (max(0, length - int(last)), length) if int(last) and length else ()
    start, stop = int(first), min(length, int(last) + 1 if last else length)
    return (start, stop) if start < stop else ()


class Connection:
    """One exchange, seen from the side that answers. The faults write what they like."""

    def __init__(self, handler, request):
        self.handler, self.request, self.server = handler, request, handler.server
        self.status = 0  # what was sent; 0: no status line
        self.sent = 0  # bytes of the body
        self.close = False

    def head(self, status, headers):
        self.status = status
        lines = [f"HTTP/1.1 {status} {http.server.BaseHTTPRequestHandler.responses.get(status, ('', ''))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def raw(self, data):
        self.handler.wfile.write(data)

    def write(self, data):
        self.raw(data)
        self.sent += len(data)

    def chunk(self, data):
        self.raw(b"%x\r\n" % len(data))
        self.write(data)
        self.raw(b"\r\n")

    def gone(self, seconds=0.0):
        """Waits, and says whether the client hung up or this server was killed meanwhile."""
        until = time.monotonic() + seconds
        while True:
            if self.server.dead.is_set():
                return True
            readable, _, _ = select.select([self.handler.connection], [], [], max(0.0, min(0.05, until - time.monotonic())))
            if readable and (isinstance(self.handler.connection, ssl.SSLSocket) or not self.handler.connection.recv(1, socket.MSG_PEEK)):
                return True
            if time.monotonic() >= until:
                return False
            if readable:  # the next request waits already
                time.sleep(0.01)

    def headers_of(self, answer):
        return {"Content-Type": answer.content_type, "Content-Length": str(answer.length),
                "Accept-Ranges": "bytes" if answer.ranges else None, **answer.headers}

    def send(self, answer):
        """The answer as it is: with compression and a byte range where the client asked for them."""
        if answer.compressible and answer.length >= GZIP_FROM and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            answer = Answer(answer.status, gzip.compress(answer.body, 1), answer.content_type,
                            answer.headers | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}, chunked=answer.chunked)
        headers, status, start, stop = self.headers_of(answer), answer.status, 0, answer.length
        wanted = byte_range(self.request.headers.get("Range"), stop) if answer.ranges and status == 200 else None
        if wanted == ():
            headers |= {"Content-Length": "0", "Content-Range": f"bytes */{stop}"}
            status, start, stop = 416, 0, 0
        elif wanted:
            headers |= {"Content-Length": str(wanted[1] - wanted[0]), "Content-Range": f"bytes {wanted[0]}-{wanted[1] - 1}/{stop}"}
            status, (start, stop) = 206, wanted
        if status == 204:
            headers = answer.headers
        elif answer.chunked:
            headers |= {"Content-Length": None, "Transfer-Encoding": "chunked"}
        self.head(status, headers)
        if self.request.method == "HEAD" or status == 204:
            return
        for data in answer.chunks(start, stop):
            self.chunk(data) if answer.chunked else self.write(data)
        if answer.chunked:
            self.raw(b"0\r\n\r\n")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 256 * 1024  # head and short bodies leave in one piece

    def setup(self):
        super().setup()
        self.server.open_sockets.add(self.connection)
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def finish(self):
        self.server.open_sockets.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # the client, or kill(), ended the connection
            pass

    def serve(self):
        target = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, unquote(target.path), parse_qsl(target.query, keep_blank_values=True), self.headers,
                          self.rfile.read(length), self.path)
        connection = Connection(self, request)
        try:
            self.server.exchange(connection)
            self.wfile.flush()
        finally:
            self.close_connection = self.close_connection or connection.close

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = serve

    def log_message(self, *arguments):
        pass


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address, exchange, tls):
        self.exchange, self.tls, self.open_sockets, self.dead = exchange, tls, set(), threading.Event()
        super().__init__(address, _Handler)

    def get_request(self):
        connection, address = super().get_request()
        if self.tls:  # the handshake is left to the thread of the connection
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without the lookup of the host's name

    def handle_error(self, request, client_address):
        pass


class Wire:
    """Serves `exchange(connection)` on loopback. kill() ends every transfer at once and refuses connections until start()."""

    def __init__(self, exchange, host="127.0.0.1", port=0, tls=None):
        """`tls`: an ssl.SSLContext of the server's side."""
        self.exchange, self.host, self.port, self.tls, self._server = exchange, host, port, tls, None

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def start(self):
        assert self._server is None
        self._server = _Server((self.host, self.port), self.exchange, self.tls)
        self.port = self._server.server_address[1]  # stays the same after a kill()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def kill(self):
        server, self._server = self._server, None
        if server is None:
            return
        server.dead.set()
        server.shutdown()
        server.server_close()
        for open_socket in list(server.open_sockets):
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @property
    def running(self):
        return self._server is not None
