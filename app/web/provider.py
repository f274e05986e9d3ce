"""A provider of sign-ins (OpenID Connect): where it sends people, and what it vouches for. Knows no accounts.

Authorization code flow with PKCE, state and nonce; Authlib writes the requests and checks the answers. Its modules are
loaded where a provider is configured, since the product works without the package.

Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636 (PKCE), RFC 8176 (`amr`), RFC 9207 (`iss`), RFC 9700.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final

from app.errors import LotseError
from app.readings import is_safe_address
from app.system.identities import Identity

#: Seconds that the provider has for an answer, and for which its addresses are remembered.
_PATIENCE: Final = 5
_REMEMBERED: Final = 600
#: Seconds by which its clock may be off.
_LEEWAY: Final = 60
#: Signatures with a key pair only: a shared key would let the product vouch for itself, and `none` anybody.
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
_LONGEST_SUBJECT: Final = 255
_SEVERAL_FACTORS: Final = "mfa"
_WELL_KNOWN: Final = "/.well-known/openid-configuration"


class NotVouched(LotseError):
    """The provider's answer vouches for nobody."""


class NoAnswer(LotseError):
    """The provider can't be reached, or says of itself what can't be used."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser carries to the provider and back, known to nobody else.

    Args:
        state: ties the answer to this browser.
        nonce: ties the provider's word to this sign-in.
        verifier: ties the code to whoever asked for it (PKCE).
        redirect_uri: where the provider sends the browser back to.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class _Places:
    """What the provider says of itself."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    auth_method: str


class Provider:
    """A configured provider.

    Args:
        issuer: its address; its own documents have to call it the same.
        client_id, client_secret: as what the product is known there.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._known: tuple[float, _Places] | None = None
        self._client: Any = import_module("authlib.integrations.requests_client")
        self._core: Any = import_module("authlib.oidc.core")
        self._jose: Any = import_module("joserfc.jwt")
        self._keys: Any = import_module("joserfc.jwk")
        self._signatures: Any = import_module("joserfc.jws")
        requests: Any = import_module("requests")
        jose_errors: Any = import_module("joserfc.errors")
        authlib: Any = import_module("authlib.common.errors")
        self._network_error: type[Exception] = requests.RequestException
        self._refusals: tuple[type[Exception], ...] = (
            jose_errors.JoseError, authlib.AuthlibBaseError, AttributeError, KeyError, OverflowError,
            TypeError, ValueError,
        )  # fmt: skip

    def address(self, ticket: Ticket, *, anew: bool = False) -> str:
        """Return where a browser is sent to sign in.

        Args:
            ticket: what it is sent away with.
            anew: whether the person has to prove again who he is, though the provider may know him already.

        Raises:
            NoAnswer: the provider didn't say where that is.
        """
        with self._session(self._places(), ticket) as session:
            url, _ = session.create_authorization_url(
                self._places().authorization,
                state=ticket.state,
                code_verifier=ticket.verifier,
                nonce=ticket.nonce,
                **({"prompt": "login", "max_age": "0"} if anew else {}),
            )
        return str(url)

    def vouched(self, ticket: Ticket, code: str) -> Identity:
        """Exchange a code for the provider's word, and check it.

        Args:
            ticket: what the browser was sent away with.
            code: what it came back with.

        Raises:
            NotVouched: the word isn't the provider's, isn't for us, isn't for this sign-in, or is too old.
            NoAnswer: the provider can't be reached.
        """
        places = self._places()
        with self._session(places, ticket) as session:
            try:
                answer = session.fetch_token(
                    places.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=ticket.verifier,
                    allow_redirects=False,
                )
                claims = self._claims(session, places, answer, ticket)
                return self._identity({**claims, **self._userinfo(session, places, claims)})
            except self._network_error as gone:
                raise NoAnswer(type(gone).__name__) from gone
            except self._refusals as wrong:
                raise NotVouched(type(wrong).__name__) from wrong

    def _identity(self, about: Mapping[str, Any]) -> Identity:
        subject, email, methods = about["sub"], about.get("email"), about.get("amr")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise NotVouched("subject")
        verified = isinstance(email, str) and about.get("email_verified") is True
        several = isinstance(methods, list) and _SEVERAL_FACTORS in methods
        at = about.get("auth_time")
        proved_at = datetime.fromtimestamp(at, UTC).replace(tzinfo=None) if isinstance(at, int) else None
        return Identity(self.issuer, subject, email if verified else None, several, proved_at)

    def _claims(self, session: Any, places: _Places, answer: Mapping[str, Any], ticket: Ticket) -> dict[str, Any]:
        """Return what the provider says in its signed word, after every check of Core 3.1.3.7."""
        # Keys are asked for each time: sign-ins are rare, and a key that was taken back counts no longer.
        keys = self._json(session, places.keys)["keys"]
        usable = [key for key in keys if key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"]
        registry = self._signatures.JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)
        token = self._jose.decode(
            answer["id_token"], self._keys.KeySet.import_key_set({"keys": usable}), registry=registry
        )
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": ticket.nonce},
        }
        told = {"nonce": ticket.nonce, "client_id": self._client_id, "access_token": answer.get("access_token")}
        claims = self._core.CodeIDToken(token.claims, token.header, options, told)
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    def _userinfo(self, session: Any, places: _Places, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a provider says about a person elsewhere, where the signed word leaves his address out."""
        if "email" in claims or places.userinfo is None:
            return {}
        answer = session.get(places.userinfo, allow_redirects=False)
        answer.raise_for_status()
        about = answer.json()
        if about["sub"] != claims["sub"]:
            raise NotVouched("userinfo")
        return {name: about.get(name) for name in ("email", "email_verified")}

    def _session(self, places: _Places, ticket: Ticket) -> Any:
        return self._client.OAuth2Session(
            self._client_id,
            self._secret,
            scope="openid email",
            redirect_uri=ticket.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=places.auth_method,
            default_timeout=_PATIENCE,
        )

    def _places(self) -> _Places:
        """Return what the provider says of itself, asked anew from time to time.

        Raises:
            NoAnswer: it says nothing, or what can't be used.
        """
        if self._known is not None and time.monotonic() < self._known[0]:
            return self._known[1]
        try:
            with self._client.OAuth2Session(default_timeout=_PATIENCE) as session:
                told = self._json(session, self.issuer.rstrip("/") + _WELL_KNOWN)
            found = _read(told, self.issuer)
        except (self._network_error, ValueError, KeyError, TypeError) as wrong:
            raise NoAnswer(type(wrong).__name__) from wrong
        self._known = (time.monotonic() + _REMEMBERED, found)
        return found

    @staticmethod
    def _json(session: Any, url: str) -> Any:
        answer = session.request("GET", url, withhold_token=True, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()


def _read(told: Mapping[str, Any], issuer: str) -> _Places:
    """Return a provider's addresses out of its document.

    Raises:
        ValueError, KeyError: it is somebody else's document, or one of the addresses isn't safe.
    """
    if told["issuer"] != issuer:
        raise ValueError("issuer")
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return _Places(
        _safe(told["authorization_endpoint"]),
        _safe(told["token_endpoint"]),
        _safe(told["jwks_uri"]),
        _safe(told["userinfo_endpoint"]) if "userinfo_endpoint" in told else None,
        "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
    )


def _safe(url: object) -> str:
    """Return an address that the product, or a browser, may go to.

    Raises:
        ValueError: it isn't one by https.
    """
    if not isinstance(url, str) or not is_safe_address(url):
        raise ValueError("address")
    return url
