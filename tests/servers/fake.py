"""What all fakes have in common: the wire, faults, counted requests, recorded violations, and a control interface.

The control interface is for fakes that run as a process (JSON, no login):

    GET    /__fake__/report   {"requests": {kind: n}, "peaks": {kind: n}, "connections": n, "violations": [...], "faults": [...], "journal": [...]}
    POST   /__fake__/faults   {"name": "stall", "pattern": "download", "times": 1, "after": 0, ...options}
    DELETE /__fake__/faults   switches all of them off
    POST   /__fake__/reset    forgets counts, violations and the journal
"""

import collections
import json
import threading
import traceback

from servers import faults
from servers.wire import Answer, Wire, text

CONTROL = "/__fake__/"
KEPT_ENTRIES = 20_000


def json_answer(body, status=200):
    return Answer(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), "application/json; charset=utf-8", compressible=True)


class RequestLog:
    """Counts requests by kind, and how many of a kind were under way at once."""

    def __init__(self):
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        with self._lock:
            self.counts, self.peaks, self._active = collections.Counter(), collections.Counter(), collections.Counter()
            self.entries = collections.deque(maxlen=KEPT_ENTRIES)  # (kind, method, target, status), in the order of their ends
            self.connections = 0

    def begin(self, kind):
        with self._lock:
            self.counts[kind] += 1
            self._active[kind] += 1
            self.peaks[kind] = max(self.peaks[kind], self._active[kind])

    def end(self, request, status):
        with self._lock:
            self._active[request.kind] -= 1
            self.entries.append((request.kind, request.method, request.target, status))

    @property
    def total(self):
        return self.counts.total()


class Fake:
    """A server whose class says how requests are understood (`kind_of`) and answered (`respond`).

    `violations` are requests that the real server's documentation does not allow; `check()` fails when there was one.
    `journal` are the changes that clients made: (action, playlist id, name, user).
    """

    line_limit = 8192  # bytes of a request line, as in Kestrel and in common proxies

    def __init__(self, port=0, host="127.0.0.1"):
        self.faults, self.log, self.violations, self.journal = faults.Faults(), RequestLog(), [], []
        self.lock = threading.RLock()  # held while a request reads or changes the state
        self.wire, self._closed = Wire(self._exchange, host, port), False

    # What a fake is.

    def kind_of(self, request):
        raise NotImplementedError

    def respond(self, request):
        raise NotImplementedError

    def unauthorized(self, request):
        raise NotImplementedError

    def vanish(self, request):
        """Takes the album or track that the request names out of the library."""
        raise NotImplementedError

    # Its life.

    @property
    def url(self):
        return self.wire.url

    def use_tls(self, context):
        """Before start(): an ssl.SSLContext of the server's side."""
        self.wire.tls = context

    def start(self):
        self.wire.start()
        return self

    def stop(self):
        self._closed = True
        self.wire.kill()

    def kill(self):
        self.wire.kill()

    def restart(self):
        """Listens again, on the same port and with the same state."""
        if not self._closed and not self.wire.running:
            self.wire.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    # What the tests ask.

    def violation(self, request, reason):
        self.violations.append(f"{request.method} {request.target}: {reason}")

    def check(self):
        assert not self.violations, "requests that the server does not know:\n" + "\n".join(self.violations[:20])

    def report(self):
        return {"requests": dict(self.log.counts), "peaks": dict(self.log.peaks), "connections": self.log.connections,
                "violations": list(self.violations), "faults": self.faults.report(), "journal": [list(entry) for entry in self.journal]}

    def _exchange(self, connection):
        request = connection.request
        if request.path.startswith(CONTROL):
            connection.send(self._control(request))
            return
        handler = connection.handler
        if not getattr(handler, "counted", False):
            handler.counted, self.log.connections = True, self.log.connections + 1
        if len(f"{request.method} {request.target} HTTP/1.1\r\n") > self.line_limit:
            connection.close = True
            connection.send(text(414, ""))
            return
        request.kind = self.kind_of(request)
        self.log.begin(request.kind)
        try:
            fault = self.faults.take(request)
            if fault:
                faults.run(fault, connection, self, lambda: self.respond(request))
            else:
                connection.send(self.respond(request))
        except OSError:  # the client hung up, or a fault did
            raise
        except Exception:
            self.violation(request, "the fake failed\n" + traceback.format_exc())
            raise
        finally:
            self.log.end(request, connection.status)

    def _control(self, request):
        action = (request.method, request.path.removeprefix(CONTROL))
        if action == ("GET", "report"):
            return json_answer(self.report())
        if action == ("POST", "faults"):
            options = json.loads(request.body)
            self.faults.add(options.pop("name"), options.pop("pattern"), **options)
        elif action == ("DELETE", "faults"):
            self.faults.clear()
        elif action == ("POST", "reset"):
            self.log.reset()
            self.violations.clear()
            self.journal.clear()
        else:
            return text(404, "")
        return Answer(204)


def serve_as_process(fake, lines):
    """Prints the address and `lines`, then serves until it is interrupted."""
    fake.start()
    print(fake.url, *lines, sep="\n", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        fake.stop()
