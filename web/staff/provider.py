"""Signing in by an OpenID Connect provider: the code flow with PKCE, and an ID token held to issuer, audience and nonce.

The provider only says who somebody is. Whoever has no account here is not let in, and none is made: an admin invites people.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

_SECONDS = 5.0
_KEPT_SECONDS = 3600
_LEEWAY_SECONDS = 60
# Signatures that need the provider's private key; none that the client's own secret could make.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MOST_KEYS = 50


class ProviderError(Exception):
    """Nobody can be signed in by the provider; the message is for whoever runs the server, and names no person."""


class Client(Struct, frozen=True):
    """What the provider knows us by; `issuer` is its address, as its tokens state it."""

    issuer: str
    client_id: str
    client_secret: str


class Begun(Struct, frozen=True):
    """One attempt: what the browser keeps until it comes back, and shows to nobody else."""

    state: str
    nonce: str
    verifier: str

    def kept(self) -> str:
        """Write it as the value of a cookie."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


def begun(kept: str) -> Begun | None:
    """Read what `Begun.kept` wrote; None for anything else."""
    parts = kept.split(".")
    return Begun(*parts) if len(parts) == 3 and all(parts) else None


def begin() -> Begun:
    """Make the secrets of one attempt."""
    return Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class Said(Struct, frozen=True):
    """What the provider says of somebody: an e-mail address that it has checked, and the name they go by there."""

    email: str | None
    name: str | None


def is_safe(address: str) -> bool:
    """Whether an address is one to send secrets to: https, or this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))


class Provider:
    """The provider of one installation. What it states of itself is asked for when first needed, and again each hour."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._looking = threading.Lock()
        self._stated: tuple[float, Mapping[str, Any], Any] | None = None

    def address(self, attempt: Begun, back: str) -> str:
        """Return where to send the browser; it comes `back` with a code. Raises `ProviderError`."""
        stated, _ = self._looked_up()
        with self._session(back) as session:
            found, _ = session.create_authorization_url(
                stated["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(found)

    def said(self, attempt: Begun, code: str, back: str) -> Said:
        """Exchange a code for what the provider says of whoever got it. Raises `ProviderError` for whatever is not right."""
        from authlib.integrations.base_client import OAuthError
        from httpx import HTTPError

        stated, _ = self._looked_up()
        try:
            with self._session(back) as session:
                token = session.fetch_token(stated["token_endpoint"], code=code, code_verifier=attempt.verifier)
        except (OAuthError, HTTPError, ValueError) as error:
            raise ProviderError(f"the provider gave no token ({type(error).__name__})") from error
        claims = self._checked(str(token.get("id_token") or ""), attempt.nonce)
        checked = claims.get("email") if claims.get("email_verified") is True else None
        return Said(_words(checked), _words(claims.get("preferred_username")))

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        from joserfc.errors import JoseError
        from joserfc.jwt import JWTClaimsRegistry

        client = self._client
        registry = JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": client.issuer},
            aud={"essential": True, "value": client.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(token)
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the provider's token is not right ({type(error).__name__})") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client.client_id) != client.client_id:
            raise ProviderError("the provider's token is for another program")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature holds; a key that is not known yet is looked up once."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        _, keys = self._looked_up()
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            _, keys = self._looked_up(older_than=10.0)
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims

    def _session(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        client = self._client
        return OAuth2Client(
            client.client_id, client.client_secret, scope="openid email profile", redirect_uri=back,
            code_challenge_method="S256", timeout=_SECONDS, trust_env=False, follow_redirects=False,
        )  # fmt: skip

    def _looked_up(self, older_than: float = _KEPT_SECONDS) -> tuple[Mapping[str, Any], Any]:
        """Return what the provider states of itself, and its keys; asks for them where they are older than that."""
        with self._looking:
            if self._stated is None or time.monotonic() - self._stated[0] > older_than:
                self._stated = (time.monotonic(), *self._asked())
            return self._stated[1], self._stated[2]

    def _asked(self) -> tuple[Mapping[str, Any], Any]:
        import httpx
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        issuer = self._client.issuer
        try:
            with httpx.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False) as asking:
                stated = asking.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
                if not isinstance(stated, dict) or stated.get("issuer") != issuer:
                    raise ProviderError(f"the provider at {issuer} calls itself otherwise: check WELLCITED_OIDC_ISSUER")
                if not all(is_safe(str(stated.get(name, ""))) for name in _ENDPOINTS):
                    raise ProviderError(f"the provider at {issuer} names addresses without https")
                listed = asking.get(stated["jwks_uri"]).raise_for_status().json()
            # Without those of another use, such as encrypting, and those of a kind that is not known here.
            usable = [
                one for one in listed["keys"][:_MOST_KEYS] if one.get("use", "sig") == "sig" and one["kty"] != "oct"
            ]
            return stated, KeySet.import_key_set({"keys": usable})
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderError(f"the provider at {issuer} cannot be asked ({type(error).__name__})") from error


def _words(value: object) -> str | None:
    return value.strip().casefold() or None if isinstance(value, str) else None
