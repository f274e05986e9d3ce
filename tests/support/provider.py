"""A provider of sign-ins on loopback, with a key of its own, that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from markupsafe import escape
from werkzeug.wrappers import Request, Response

from tests.support.serving import listening

CLIENT: Final = "lotse"
SECRET: Final = "only-for-this-test"
_KEY: Final = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

Claims = dict[str, Any]


def _unchanged(claims: Claims) -> Claims:
    return claims


@dataclass(slots=True)
class Provider:
    """What the provider says; a test changes it.

    Args:
        issuer: its address.
        person: what it knows about who signs in.
        twist: changes the claims before they are signed.
        sign: makes the token out of the claims; None for the provider's own key.
        document: changes what it says of itself.
        address_elsewhere: whether the e-mail address is told by the userinfo endpoint only.
        status: of the token endpoint's answer.
        asked: how often the token endpoint was asked.
    """

    issuer: str = ""
    person: Claims = field(default_factory=dict)
    twist: Callable[[Claims], Claims] = _unchanged
    sign: Callable[[Claims], str] | None = None
    document: Claims = field(default_factory=dict)
    address_elsewhere: bool = False
    status: int = 200
    asked: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def consent(self, address: str) -> tuple[str, str]:
        """Do what the provider's pages would do with a browser that was sent there; returns state and code."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert urlsplit(address).path == "/authorize"
        assert given["response_type"] == "code"
        assert given["client_id"] == CLIENT
        assert given["code_challenge_method"] == "S256"
        assert set(given["scope"].split()) == {"openid", "email"}
        code = f"code-{len(self._codes)}"
        self._codes[code] = given
        return given["state"], code

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer a request of the product."""
        request = Request(environ)
        if request.path == "/authorize":
            return self._page(request)(environ, start_response)
        answer = {
            "/.well-known/openid-configuration": self._document,
            "/token": self._token,
            "/keys": lambda _: {"keys": [_KEY.as_dict(private=False)]},
            "/userinfo": self._userinfo,
        }[request.path](request)
        status = self.status if request.path == "/token" else 200
        return Response(json.dumps(answer), status, mimetype="application/json")(environ, start_response)

    def _page(self, request: Request) -> Response:
        """Return the page on which somebody with a browser says that it is he."""
        state, code = self.consent(request.url)
        back = f"{request.args['redirect_uri']}?{urlencode({'state': state, 'code': code})}"
        html = f'<!doctype html><html lang="en"><title>Provider</title><a href="{escape(back)}">It is me</a></html>'
        return Response(html, mimetype="text/html")

    def _document(self, request: Request) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            **self.document,
        }

    def _token(self, request: Request) -> Claims:
        self.asked += 1
        given = self._codes.pop(request.form["code"], None)
        basic = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert basic == f"{CLIENT}:{SECRET}"
        if given is None:
            self.status = 400
            return {"error": "invalid_grant"}
        challenge = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(challenge).decode().rstrip("=") == given["code_challenge"]
        assert request.form["redirect_uri"] == given["redirect_uri"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": given["nonce"]}
        person = {k: v for k, v in self.person.items() if not (self.address_elsewhere and k.startswith("email"))}
        twisted = self.twist({**claims, **person})
        token = self.sign(twisted) if self.sign else signed(twisted)
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _userinfo(self, request: Request) -> Claims:
        assert request.headers["Authorization"] == "Bearer access"
        return self.person


def signed(claims: Claims, key: Any = _KEY, algorithm: str = "RS256") -> str:
    """Sign claims; another key than the provider's says the same of itself."""
    return jwt.encode({"alg": algorithm, "kid": _KEY.kid}, claims, key, algorithms=[algorithm])


@contextmanager
def provider(host: str = "127.0.0.1") -> Iterator[Provider]:
    """Serve a provider for as long as the block lasts.

    Args:
        host: what it is called; for a browser, `localhost` is another site than `127.0.0.1`.
    """
    made = Provider()
    with listening(made) as port:
        made.issuer = f"http://{host}:{port}"
        yield made
