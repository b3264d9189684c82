"""Faults: what media servers, proxies and networks do to a client, switched on for the requests that match a pattern.

A pattern is a regular expression that is searched in "KIND METHOD TARGET", as in "download GET /Items/0a…/Download"; the parameters of a
form follow the target. Names and options:

    stall         sends the headers, then nothing                                    at=0 (bytes of the body sent before)
    slow          sends the body at `rate` bytes a second                            rate=1
    cut           announces the whole body, hangs up after a part of it              part=0.5, chunked=False
    wrong_length  sends the body, announces `by` bytes more (or, negative, fewer)    by=1000
    short         sends and announces a part of the body: whole for HTTP, not for us part=0.5
    html          200 with a page of a proxy in place of the answer
    status        another status                                                     code=500, text, retry_after
    unauthorized  the fake's own answer to wrong credentials
    redirect      302                                                                location
    endless       a body without an end                                              rate=50_000_000 (bytes a second)
    invalid_utf8  the answer, with broken UTF-8 inside the first name or title
    deep_json     200 with `levels` arrays in one another                            levels=50
    garbage       the first half of the JSON, announced as the whole
    empty         200 without a body
    mute          takes the request and never answers
    reset         hangs up without an answer
    delay         answers after `seconds`                                            seconds=1
    vanish        what the request names leaves the library before it is answered
    kill          after a part of the body the whole server dies, and is back after `down` seconds (None: never)   part=0.5, down=1
"""

import re
import threading
import time
from dataclasses import dataclass, field

from servers.wire import Answer, text

PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form>Please sign in.</form></body></html>\n"


@dataclass
class Fault:
    name: str
    pattern: str
    times: int | None = None  # None: each time
    after: int = 0  # so many matching requests pass unharmed
    options: dict = field(default_factory=dict)
    seen: int = 0
    fired: list[dict] = field(default_factory=list)  # of each time: target, seconds, bytes of the body, who hung up

    def applies(self):
        return self.seen > self.after and (self.times is None or self.seen <= self.after + self.times)


class Faults:
    def __init__(self):
        self._lock, self._faults = threading.Lock(), []

    def add(self, name, pattern, *, times=None, after=0, **options):
        assert name in ACTIONS, f"no fault is called {name}"
        fault = Fault(name, pattern, times, after, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, request):
        """The fault that this request gets, if any. Each call counts as one request."""
        with self._lock:
            found = None
            for fault in self._faults:
                if re.search(fault.pattern, request.line):
                    fault.seen += 1
                    if found is None and fault.applies():
                        found = fault
            return found

    def report(self):
        with self._lock:
            return [{"name": fault.name, "pattern": fault.pattern, "seen": fault.seen, "fired": list(fault.fired)} for fault in self._faults]


def run(fault, connection, fake, answer):
    """`answer()` gives what the fake would say."""
    record = {"target": connection.request.target, "seconds": 0.0, "bytes": 0, "ended_by": "client"}
    fault.fired.append(record)
    started = time.monotonic()
    try:
        ACTIONS[fault.name](connection, fake, answer, **fault.options)
        record["ended_by"] = "server"
    finally:
        record["seconds"], record["bytes"] = time.monotonic() - started, connection.sent


def _announce(connection, answer, **changed):
    connection.close = True
    connection.head(answer.status, connection.headers_of(answer) | changed)


def _send_part(connection, answer, part):
    for data in answer.chunks(0, int(answer.length * part)):
        connection.write(data)
    connection.handler.wfile.flush()


def _stall(connection, fake, answer, at=0):
    answer = answer()
    _announce(connection, answer)
    for data in answer.chunks(0, at):
        connection.write(data)
    connection.handler.wfile.flush()
    if connection.gone(3600):
        raise ConnectionResetError


def _slow(connection, fake, answer, rate=1):
    answer = answer()
    _announce(connection, answer)
    step = max(1, int(rate / 20))
    for chunk in answer.chunks():
        for position in range(0, len(chunk), step):
            connection.write(chunk[position:position + step])
            connection.handler.wfile.flush()
            if connection.gone(step / rate):
                raise ConnectionResetError


def _cut(connection, fake, answer, part=0.5, chunked=False):
    answer = answer()
    if not chunked:
        _announce(connection, answer)
        _send_part(connection, answer, part)
        return
    _announce(connection, answer, **{"Content-Length": None, "Transfer-Encoding": "chunked"})
    for data in answer.chunks(0, int(answer.length * part)):
        connection.chunk(data)


def _wrong_length(connection, fake, answer, by=1000):
    answer = answer()
    _announce(connection, answer, **{"Content-Length": str(max(0, answer.length + by))})
    _send_part(connection, answer, 1)


def _short(connection, fake, answer, part=0.5):
    answer = answer()
    _announce(connection, answer, **{"Content-Length": str(int(answer.length * part))})
    _send_part(connection, answer, part)


def _status(connection, fake, answer, code=500, text_="Error processing request.", retry_after=None):
    reply = text(code, text_)
    if retry_after is not None:
        reply.headers["Retry-After"] = str(retry_after)
    connection.send(reply)


def _endless(connection, fake, answer, rate=50_000_000):
    connection.close = True
    reply = answer()
    connection.head(200, connection.headers_of(reply) | {"Content-Length": None})
    block = bytes(range(256)) * 1024
    while True:
        connection.write(block)
        if connection.gone(len(block) / rate):
            raise ConnectionResetError


def _invalid_utf8(connection, fake, answer):
    reply = answer()
    reply.body = re.sub(rb'"(?:Name|name|title)": ?"', lambda match: match[0] + b"\xff\xfe\xc3(", reply.body, count=1)
    connection.send(reply)


def _deep_json(connection, fake, answer, levels=50):
    connection.send(Answer(200, b"[" * levels + b"]" * levels, "application/json"))


def _garbage(connection, fake, answer):
    reply = answer()
    reply.body, reply.ranges = reply.body[:len(reply.body) // 2], False
    connection.send(reply)


def _mute(connection, fake, answer):
    connection.close = True
    connection.gone(3600)
    raise ConnectionResetError


def _reset(connection, fake, answer):
    connection.close = True
    raise ConnectionResetError


def _delay(connection, fake, answer, seconds=1):
    if connection.gone(seconds):
        raise ConnectionResetError
    connection.send(answer())


def _vanish(connection, fake, answer):
    fake.vanish(connection.request)
    connection.send(answer())


def _kill(connection, fake, answer, part=0.5, down=1):
    answer = answer()
    _announce(connection, answer)
    _send_part(connection, answer, part)
    fake.kill()
    if down is not None:
        threading.Timer(down, fake.restart).start()


ACTIONS = {
    "stall": _stall, "slow": _slow, "cut": _cut, "wrong_length": _wrong_length, "short": _short, "endless": _endless,
    "html": lambda connection, fake, answer: connection.send(Answer(200, PAGE, "text/html; charset=utf-8")),
    "status": lambda connection, fake, answer, text="Error processing request.", **options: _status(connection, fake, answer, text_=text, **options),
    "unauthorized": lambda connection, fake, answer: connection.send(fake.unauthorized(connection.request)),
    "redirect": lambda connection, fake, answer, location: connection.send(Answer(302, headers={"Location": location})),
    "invalid_utf8": _invalid_utf8, "deep_json": _deep_json, "garbage": _garbage,
    "empty": lambda connection, fake, answer: connection.send(Answer(200, b"", "application/json")),
    "mute": _mute, "reset": _reset, "delay": _delay, "vanish": _vanish, "kill": _kill,
}
