"""An OpenID Connect issuer on a real socket that does what a test tells it: lie, be slow, change its keys."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

PERSON = {"email": "camille.martin@demo.example", "email_verified": True, "name": "Camille Martin"}


class ScriptedIssuer:
    """Serves until stopped; everything may be changed while it runs.

    Attributes:
        document: What is told beside the endpoints, or instead of them.
        keys: Those of the key set.
        delay_s: Time before each answer.
        status: Status of every answer, where it is not 0.
        endless: Whether answers have no end.
        told: Path to the body of its answer.
        asked: Paths that were asked for.
    """

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.keys = [self.key]
        self.delay_s = 0.0
        self.status = 0
        self.endless = False
        self.told: dict[str, dict[str, Any]] = {"/userinfo": {"sub": "camille", **PERSON}}
        self.asked: list[str] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                script.answer(self)

            do_POST = do_GET  # noqa: N815 - the name that the server looks for

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be gone, as far as the network can tell."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        path = request.path.partition("?")[0]
        self.asked.append(path)
        request.rfile.read(int(request.headers.get("Content-Length", 0)))
        time.sleep(self.delay_s)
        found = self._body(path)
        body = json.dumps(found).encode()
        try:
            request.send_response(self.status or (404 if found is None else 200))
            request.send_header("Content-Type", "application/json")
            if self.endless:
                request.send_header("Connection", "close")
                request.end_headers()
                while True:
                    request.wfile.write(b" " * 65536)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            pass  # whoever asked has gone away

    def _body(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo", "introspection")
            endpoints = {f"{name}_endpoint": f"{self.url}/{name}" for name in names}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **endpoints, **self.document}
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        return self.told.get(path)

    def token(self, key: Any = None, header: dict[str, Any] | None = None, **changed: Any) -> str:
        """An access token as it should be, but for what is changed; what is changed to None is left out."""
        key = key or self.key
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "camille",
            "aud": "dinamis",
            "iat": now,
            "exp": now + 300,
            **changed,
        }
        told = {"alg": "RS256", "kid": key.kid, "typ": "at+jwt", **(header or {})}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(told, kept, key, algorithms=[told["alg"]])
