"""A certificate authority of the tests and a certificate for 127.0.0.1, made with openssl."""

import ssl
import subprocess


class Certificates:
    """`authority` is the file that a client has to trust; `context` is for `Fake.use_tls`."""

    def __init__(self, folder):
        self.authority, key = folder / "ca.pem", folder / "ca.key"
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=audiomuse tests", "-keyout", key, "-out", self.authority)
        request, own_key, own = folder / "server.csr", folder / "server.key", folder / "server.pem"
        names = folder / "names.cnf"
        names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", own_key, "-out", request)
        self._run("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", key, "-CAcreateserial", "-days", "2", "-extfile", names, "-out", own)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(own, own_key)

    @staticmethod
    def _run(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
