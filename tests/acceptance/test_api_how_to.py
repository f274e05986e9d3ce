"""The requests in the how-to of the API are sent as they are printed, one after the other, and answered as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from app.config import ROOT
from app.system.tokens import SCOPES
from tests.support.program import program
from tests.support.site import make_site

_PAGE: Final = ROOT / "docs" / "how-to" / "use-the-api.md"
_BLOCK: Final = re.compile(r"^```http\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _holds(told: Any, real: Any) -> bool:
    """Return whether an answer has everything that is printed; it may have more."""
    if isinstance(told, dict):
        return isinstance(real, dict) and all(key in real and _holds(told[key], real[key]) for key in told)
    if isinstance(told, list):
        same = isinstance(real, list) and len(told) == len(real)
        return same and all(_holds(one, other) for one, other in zip(told, real, strict=True))
    return bool(told == real)


def test_every_printed_request_is_answered_as_printed(sqlite_url: str) -> None:
    site = make_site(sqlite_url)
    asking = program(site, "crm_manager", SCOPES, language="en")
    blocks = _BLOCK.findall(Path(_PAGE).read_text(encoding="utf-8"))
    for block in blocks:
        parts = block.strip().split("\n\n")
        request, body, answer = parts[0], parts[1] if len(parts) == 3 else None, parts[-1]
        first, *lines = request.splitlines()
        method, _, path = first.partition(" ")
        headers = {name.replace("-", "_"): value for name, value in (line.split(": ", 1) for line in lines)}
        headers.pop("Authorization", None)
        status, _, printed = answer.partition("\n")
        sent = None if body is None else body.encode()
        asked = quote(path.removeprefix("/api/v1"), safe="/?&=,-")
        response = asking.send(method, asked, sent, **headers)
        assert str(response.status_code) == status, (first, response.text)
        if printed:
            assert _holds(json.loads(printed), response.get_json()), (first, response.text)
    site.installation.close()
    assert len(blocks) == 10
