"""An ETag stands for one answer, to the byte; what a change compares is the version in it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.functional.computed.world import DOCUMENTS, label
from tests.support.install import Bodies, write_documents
from tests.support.program import Program, program, version_in
from tests.support.site import Site, make_site

_ALL: Final = {"create": True, "read": True, "update": True, "retire": True}


def _documents(**firm: Any) -> Bodies:
    """Return firms in groups, what is counted of their orders, and somebody whose rights on firms are said."""
    role = {"label": label("clerk"), "entities": {"*": _ALL, "firm": {**_ALL, **firm}}}
    return {**DOCUMENTS, ("roles", "clerk"): role}


@pytest.fixture
def firms(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = make_site(database_url, write_documents(tmp_path / "documents", _documents()))
    yield made
    made.installation.close()


def _made(clerk: Program) -> tuple[str, Mapping[str, Any]]:
    """Make a firm in a group; returns the firm's path, and the group."""
    group = clerk.create("group", name="Nord")
    firm = clerk.create("firm", name="Muster", group=group["id"])
    return f"/firm/{firm['id']}", group


def test_a_title_that_is_expanded_belongs_to_the_answer(firms: Site) -> None:
    clerk = program(firms, "clerk")
    path, group = _made(clerk)
    bare, expanded = clerk.get(path), clerk.get(f"{path}?expand=group")
    assert bare.headers["ETag"] != expanded.headers["ETag"]
    for url, known in ((path, bare), (f"{path}?expand=group", expanded)):
        same = clerk.get(url, If_None_Match=known.headers["ETag"])
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", known.headers["ETag"])
    crossed = clerk.get(f"{path}?expand=group", If_None_Match=bare.headers["ETag"])
    assert (crossed.status_code, crossed.data) == (200, expanded.data)
    renamed = clerk.send("PATCH", f"/group/{group['id']}", {"name": "Süd"}, If_Match='"1"')
    assert renamed.status_code == 200, renamed.text
    read = clerk.get(f"{path}?expand=group", If_None_Match=expanded.headers["ETag"])
    assert (read.status_code, read.get_json()["group"]["title"], version_in(read)) == (200, "Süd", version_in(expanded))
    assert clerk.get(path, If_None_Match=bare.headers["ETag"]).status_code == 304


def test_a_value_that_is_computed_without_a_new_version_belongs_to_the_answer(firms: Site) -> None:
    clerk = program(firms, "clerk")
    path, _ = _made(clerk)
    before = clerk.get(path)
    clerk.create("order", subject="Kauf", firm=before.get_json()["id"])
    after = clerk.get(path, If_None_Match=before.headers["ETag"])
    assert (after.status_code, after.get_json()["orders"], version_in(after)) == (200, 1, version_in(before))


def test_what_may_be_read_belongs_to_the_answer(firms: Site, tmp_path: Path) -> None:
    clerk = program(firms, "clerk")
    path, _ = _made(clerk)
    before = clerk.get(path)
    firms.installation.publish(write_documents(tmp_path / "less", _documents(fields={"group": "none"})))
    less = clerk.get(path, If_None_Match=before.headers["ETag"])
    assert (less.status_code, "group" in before.get_json(), "group" in less.get_json()) == (200, True, False)
    assert version_in(less) == version_in(before)
    firms.installation.publish(write_documents(tmp_path / "again", _documents()))
    assert clerk.get(path, If_None_Match=before.headers["ETag"]).status_code == 304


def test_the_answer_to_a_change_is_the_one_that_is_read_next(firms: Site) -> None:
    clerk = program(firms, "clerk")
    made = clerk.send("POST", "/group", {"name": "Nord"})
    path = f"/group/{made.get_json()['id']}"
    assert clerk.get(path, If_None_Match=made.headers["ETag"]).status_code == 304
    changed = clerk.send("PATCH", path, {"name": "Süd"}, If_Match=made.headers["ETag"])
    assert (changed.status_code, version_in(changed)) == (200, 2)
    assert clerk.get(path, If_None_Match=made.headers["ETag"]).status_code == 200
    assert clerk.get(path, If_None_Match=changed.headers["ETag"]).status_code == 304


def test_a_change_takes_the_etag_of_any_answer_with_its_version(firms: Site) -> None:
    clerk = program(firms, "clerk")
    path, group = _made(clerk)
    tags = [clerk.get(path).headers["ETag"], clerk.get(f"{path}?expand=group").headers["ETag"], '"1"']
    clerk.send("PATCH", f"/group/{group['id']}", {"name": "Süd"}, If_Match='"1"')
    for tag in tags:
        same = clerk.send("PATCH", path, {"name": "Muster"}, If_Match=tag)
        assert (same.status_code, version_in(same)) == (200, 1), tag
    changed = clerk.send("PATCH", path, {"name": "Muster AG"}, If_Match=tags[1])
    assert (changed.status_code, version_in(changed)) == (200, 2)
    for tag in tags:
        stale = clerk.send("PATCH", path, {"name": "Muster SE"}, If_Match=tag)
        assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"'), tag
    gone = clerk.send("DELETE", path, If_Match=changed.headers["ETag"])
    assert (gone.status_code, gone.headers["ETag"]) == (204, '"3"')
    back = clerk.send("POST", f"{path}/restore", If_Match='"3"')
    assert (back.status_code, version_in(back)) == (200, 4)


@pytest.mark.parametrize("tag", ['"1-"', '"1-x"', '"-1"', f'"1-{"0" * 31}"', f'"1-{"G" * 32}"', f'W/"1-{"0" * 32}"'])
def test_what_was_never_an_etag_changes_nothing(firms: Site, tag: str) -> None:
    clerk = program(firms, "clerk")
    path, _ = _made(clerk)
    refused = clerk.send("PATCH", path, {"name": "Anders"}, If_Match=tag)
    assert (refused.status_code, refused.headers["ETag"]) == (412, '"1"')
    assert clerk.get(path).get_json()["name"] == "Muster"
