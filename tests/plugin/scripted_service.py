"""A service whose answers a test decides: for faults, delays and counts that the real one cannot give.

It speaks the contract of docs/api.md over a real socket. Its objects refuse what is not signed.
"""

from __future__ import annotations

import hashlib
import re
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .local_http import LocalServer


class ScriptedService:
    """Discovery, sign-in, signing and objects; `polls`, `delay_s`, `refusals` and `down` steer it."""

    def __init__(self, server: LocalServer):
        self.server = server
        self.url = server.url
        self.polls = []
        self.delay_s = 0.0
        self.object_delay_s = 0.0
        self.lifetime_s = 28800
        self.refusals = {}
        self.files = {}
        self.down = set()
        self.refresh_valid = {"refresh-0"}
        self.issued = 0
        self.revoked = []
        self.expires_in = 300
        self.access_valid = set()
        self.object_requests = []
        self.documents = {}
        base = "/auth/realms/dinamis/protocol/openid-connect"
        self._routes = {
            "/.well-known/dinamis": self._discovery,
            f"{base}/auth/device": self._device,
            f"{base}/token": self._token,
            f"{base}/revoke": self._revoke,
            f"{base}/userinfo": self._userinfo,
            "/sign_urls": self._sign,
        }
        server.routes["*"] = self._answer

    def _answer(self, request, handler):
        if request.path.startswith("/objects/"):
            return self._object(request)
        time.sleep(self.delay_s)
        if request.path in self.down:
            handler.close_connection = True
            handler.connection.close()
            return None
        if request.path in self.documents:
            return 200, self.documents[request.path]
        route = self._routes.get(request.path)
        return route(request) if route else (404, {"code": "not-found", "detail": "nothing here"})

    def _discovery(self, _request):
        return 200, {
            "service": "dinamis",
            "version": "0.1.0",
            "title": "DINAMIS",
            "demo": True,
            "issuer": f"{self.url}/auth/realms/dinamis",
            "client_id": "dinamis-qgis",
            "stac": f"{self.url}/stac",
            "stapi": f"{self.url}/stapi",
            "api": f"{self.url}/api",
            "signing": self.url,
            "objects": f"{self.url}/objects",
        }

    @property
    def signings(self):
        """How often addresses were asked to be signed."""
        return sum(request.path == "/sign_urls" for request in self.server.requests)

    def _device(self, _request):
        return 200, {
            "device_code": "the-device-code",
            "user_code": "ABCD-EFGH",
            "verification_uri": f"{self.url}/device",
            "verification_uri_complete": f"{self.url}/device?user_code=ABCD-EFGH",
            "expires_in": 600,
            "interval": 0.05,
        }

    def tokens(self):
        """Issue tokens as a sign-in does."""
        self.issued += 1
        refresh, access = f"refresh-{self.issued}", f"eyJhY2Nlc3M.{self.issued:08d}.c2ln"
        self.refresh_valid.add(refresh)
        self.access_valid.add(access)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }

    def _token(self, request):
        form = request.form
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refresh_valid:
                return 400, {"error": "invalid_grant"}
            self.refresh_valid.discard(form["refresh_token"])
            return 200, self.tokens()
        step = self.polls.pop(0) if self.polls else "authorization_pending"
        if step == "granted":
            return 200, self.tokens()
        return 400, {"error": step}

    def _revoke(self, request):
        self.revoked.append(request.form["token"])
        return 200, {}

    def _signed_in(self, request):
        return request.headers.get("Authorization", "").replace("Bearer ", "") in self.access_valid

    def _userinfo(self, request):
        if not self._signed_in(request):
            return 401, {"code": "not-signed-in", "detail": "Sign in."}
        entity = {"id": "E1", "name": "UMR Exemple", "acronym": "UMRE"}
        return 200, {
            "sub": "u1",
            "given_name": "Camille",
            "family_name": "Martin",
            "email": "camille@demo.example",
            "roles": ["user"],
            "user_kind": "SCI",
            "entity": entity,
        }

    def _sign(self, request):
        if not self._signed_in(request):
            return 401, {"code": "not-signed-in", "detail": "Sign in."}
        urls = request.json["urls"]
        assert len(urls) <= 64
        now = datetime.now(timezone.utc)
        hrefs = {url: self.signed(url, now) for url in urls if url not in self.refusals}
        refused = {url: self.refusals[url] for url in urls if url in self.refusals}
        expiry = (now + timedelta(seconds=self.lifetime_s)).isoformat()
        return 200, {"expiry": expiry, "hrefs": hrefs, **({"refused": refused} if refused else {})}

    def signed(self, url, now):
        """Sign an address so that the objects accept it until its end."""
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        scope = f"demo%2F{stamp[:8]}%2Fus-east-1%2Fs3%2Faws4_request"
        query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}"
        query += f"&X-Amz-Date={stamp}&X-Amz-Expires={self.lifetime_s}&X-Amz-SignedHeaders=host"
        return f"{url}?{query}&X-Amz-Signature={self._seal(urlsplit(url).path, query)}"

    @staticmethod
    def _seal(path, query):
        return hashlib.sha256(f"scripted {path} {query}".encode()).hexdigest()

    def _object(self, request):
        self.object_requests.append((request.method, request.path))
        time.sleep(self.object_delay_s)
        query, _, seal = request.query.partition("&X-Amz-Signature=")
        fields = parse_qs(query)
        if seal != self._seal(request.path, query):
            return 403, b"AccessDenied"
        began = datetime.strptime(fields["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        if datetime.now(timezone.utc) > began + timedelta(seconds=int(fields["X-Amz-Expires"][0])):
            return 403, b"Request has expired"
        path = self.files.get(request.path)
        if path is None:
            return 404, b"NoSuchKey"
        data = Path(path).read_bytes() if not isinstance(path, bytes) else path
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": f'"{hashlib.md5(data).hexdigest()}"',
            "Content-Type": "image/tiff",
        }
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if not wanted:
            return 200, data, headers
        start = int(wanted[1])
        end = min(int(wanted[2]) if wanted[2] else len(data) - 1, len(data) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
        return 206, data[start : end + 1], headers
