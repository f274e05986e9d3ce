"""What a company answers people and programs, in words that can be compared with what its restored copy answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from app.web.lifecycle import PROVE
from tests.functional.security.test_factors import Phone, set_up
from tests.support.program import Program, token_of, version_in
from tests.support.site import Site, Visitor

#: Sees nearly everything; sees his own alone; has an authenticator app.
READER: Final = "crm_manager+administrator"
NARROW: Final = "sales"
CAREFUL: Final = "service"
#: The record that is changed several times before a backup.
CHANGED: Final = "/account/1"
#: What differs between two answers to the same question: tokens for forms, and what is new with every answer.
_NEW: Final = re.compile(
    r'name="(?:csrf_token|_once)"[^>]*value="[^"]+"|"X-CSRFToken": ?"[^"]+"|X-CSRFToken&#34;[^}]*}'
    r'|<p class="number">[^<]+</p>|"request":"[0-9a-f]+"'
)
_PAGES: Final = (
    "/", "/e/account", "/e/opportunity", "/e/activity", "/e/person", "/r/account/1", "/r/account/1/edit",
    "/r/opportunity/1", "/report/pipeline_by_stage", "/search?q=gmbh", "/e/account?q=gmbh&sort=-name",
    "/r/account/1/history", "/r/opportunity/1/history",
)  # fmt: skip
_FILTER: Final = quote('name is not empty and updated_at > "2020-01-01T00:00:00Z"')
_ASKED: Final = (
    f"/account?filter={_FILTER}&sort=-name,id&count=1&limit=30&expand=owner&fields=name,owner,updated_at",
    "/account?f.name.contains=gmbh&sort=name&count=1", "/opportunity?sort=-amount&limit=20", CHANGED,
    f"{CHANGED}?expand=owner", "/opportunity/1", "/reports/pipeline_by_stage", "/openapi.json", "/me",
    "/account/999999",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keys:
    """What people and programs hold in their hands from before a backup.

    Args:
        secret: the token of a program that acts as the reader.
        narrow: the same of somebody with few rights.
        phone: of the careful one.
        session: what the cookie of somebody who is signed in holds.
        moments: when the changed record was another one, as the address says it.
    """

    secret: str
    narrow: str
    phone: Phone
    session: Mapping[str, object]
    moments: tuple[str, ...]


def hand_out(site: Site) -> Keys:
    """Give people what they hold, and change a record twice."""
    keys = Keys(
        secret=token_of(site, READER),
        narrow=token_of(site, NARROW),
        phone=set_up(site.visitor(CAREFUL)),
        session=site.session_of(READER),
        moments=(f"{datetime.now(UTC):%Y-%m-%dT%H:%M}", "2001-01-01T00:00"),
    )
    for name in ("Erst GmbH", "Dann GmbH"):
        asked = _program(site, keys.secret)
        version = asked.get(CHANGED).headers["ETag"]
        answer = asked.send("PATCH", CHANGED, {"name": name}, If_Match=version)
        assert answer.status_code == 200, answer.text
        assert version_in(answer) > 1
    return keys


def _program(site: Site, secret: str) -> Program:
    return Program(site.app.test_client(), {"Authorization": f"Bearer {secret}", "Accept-Language": "de"})


def answers(site: Site, keys: Keys, *, all_of_them: bool = True) -> dict[str, tuple[int, str, str]]:
    """Return what is answered to people with many and few rights, and to their programs: status, ETag, body.

    Args:
        site: who answers.
        keys: what the programs hold.
        all_of_them: or pages of the one with many rights alone.
    """
    reader = site.visitor()
    assert reader.sign_in(READER).status_code == 302
    found: dict[str, tuple[int, str, str]] = {}
    for who, visitor in ((READER, reader), *(((NARROW, site.visitor(NARROW)),) if all_of_them else ())):
        for page in (*_PAGES, *_past(visitor, keys)):
            found[f"{who} {page}"] = _of(visitor.get(page))
    for who, secret in ((READER, keys.secret), (NARROW, keys.narrow)) if all_of_them else ():
        program = _program(site, secret)
        found.update({f"program of {who} {path}": _of(program.get(path)) for path in _ASKED})
    return found


def _past(visitor: Visitor, keys: Keys) -> Iterator[str]:
    """Yield the addresses of what the changed record was: at moments, and after each entry of its history."""
    url = f"/r{CHANGED}/history"
    yield from (f"{url}?at={moment}" for moment in keys.moments)
    entries = re.findall(r'href="[^"]*\?at=([0-9a-f]+)"', visitor.get(url).text)
    yield from (f"{url}?at={entry}" for entry in entries[:3])


def _of(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.headers.get("ETag", ""), _NEW.sub("", answer.text)


def still_open(site: Site, keys: Keys) -> None:
    """Make sure that what opened the company before opens its copy: a session, an app's code, a code on paper."""
    visitor = site.visitor()
    with visitor.client.session_transaction() as session:
        session.update(keys.session)
    assert "Test Crm_Manager" in visitor.get("/me").text
    for code in (keys.phone.code(), keys.phone.paper[0]):
        careful = site.visitor()
        assert careful.sign_in(CAREFUL).status_code == 302
        assert careful.get("/").location.startswith(PROVE)
        assert careful.post(PROVE, {"code": "000000", "next": "/"}).status_code == 422
        assert careful.post(PROVE, {"code": code, "next": "/"}).status_code == 303
        assert careful.get("/").status_code == 200
