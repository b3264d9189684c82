"""A host that no request belongs to: it says yes to everything and remembers what came, so that tests can ask for leaked credentials."""

from servers.wire import Answer, Wire


class OtherHost:
    """On another address of loopback, because a port alone is no other host to everybody."""

    def __init__(self, host="127.0.0.2"):
        self.requests = []  # (target, headers as a dict, body)
        self.wire = Wire(self._exchange, host)

    @property
    def url(self):
        return self.wire.url

    def _exchange(self, connection):
        request = connection.request
        self.requests.append((request.target, dict(request.headers.items()), request.body))
        connection.send(Answer(200, b"hello", "text/plain"))

    def saw(self, *secrets):
        """Whether one of these texts came in any part of a request."""
        return any(secret in repr(request) for request in self.requests for secret in secrets)

    def __enter__(self):
        self.wire.start()
        return self

    def __exit__(self, *exception):
        self.wire.kill()
