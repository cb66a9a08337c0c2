"""A small OpenID Connect provider on this machine, with real keys and tokens, that can also be made to say what is not true."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "wellcited", "a secret that only two know"
BACK = "https://clinic.example/staff/provider/back"


@dataclass
class FakePerson:
    """What the provider says of whoever comes; `more` replaces claims, None takes one away."""

    email: str = "kim@clinic.example"
    verified: Any = True
    name: str = "kim"
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class OidcProvider:
    """The provider: its address, its keys, the codes it has given out, and how it lies."""

    issuer: str = ""
    back: str = BACK
    person: FakePerson = field(default_factory=FakePerson)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    listed: list[RSAKey] = field(default_factory=list)
    sign_with: str = "key"
    states: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        there = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "jwks")}
        return {
            "issuer": self.states or self.issuer,
            "authorization_endpoint": there["authorize"],
            "token_endpoint": there["token"],
            "jwks_uri": there["jwks"],
        }

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.listed or [self.key]]}

    def authorize(self, query: dict[str, str]) -> str:
        """Let whoever comes in, as a provider does once it knows them; returns where to send the browser."""
        assert (query["response_type"], query["client_id"], query["redirect_uri"]) == ("code", CLIENT_ID, self.back)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Exchange a code once, for whoever knows the client's secret and what the code's challenge was made of."""
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".replace(" ", "%20").encode()).decode()
        plain = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        assert authorization in (f"Basic {expected}", f"Basic {plain}")
        query = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert query["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert form["redirect_uri"] == query["redirect_uri"]
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(query["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 300, "nonce": nonce,
            "email": self.person.email, "email_verified": self.person.verified, "preferred_username": self.person.name,
            **self.person.more,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign_with == "none":
            parts = [_part({"alg": "none"}), _part(claims), ""]
            return ".".join(parts)
        if self.sign_with == "secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))
        if self.sign_with == "public key":
            return jwt.encode(
                {"alg": "HS256"}, claims, OctKey.import_key(self.key.as_pem(private=False).strip()[27:-25])
            )
        return jwt.encode({"alg": "RS256", "kid": self.key.kid or ""}, claims, self.key)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@contextmanager
def provider() -> Iterator[OidcProvider]:
    """Run a provider on 127.0.0.1."""
    found = OidcProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            found.asked.append(parts.path)
            if parts.path == "/authorize":
                target = found.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
                self.send_response(302)
                self.send_header("Location", target)
                self.end_headers()
            else:
                self._answer(found.jwks() if parts.path == "/jwks" else found.configuration())

        def do_POST(self) -> None:
            found.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            try:
                self._answer(found.token(form, self.headers.get("Authorization", "")))
            except (AssertionError, KeyError):
                self._answer({"error": "invalid_grant"}, 400)

        def _answer(self, value: dict[str, Any], status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
