"""Every cell of the rights matrix (role × operation × entity × field) is what a second reading of the rule says."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from app.access.actor import PRODUCT
from tests.proof.cells import Matrix, product_view
from tests.proof.doors import Doors, api_view, bearer
from tests.proof.imports import Imports
from tests.proof.shapes import note_shapes
from tests.proof.verbs import Verbs
from tests.proof.worlds import EVERYTHING, cases, draw, populate
from tests.support.install import write_documents
from tests.support.program import program
from tests.support.proof import SEED, Tally, size
from tests.support.site import make_site

#: Random schemas, and people with random roles in each.
SCHEMAS: Final = size("schemas", 3, 20)
ROLES: Final = size("roles", 6, 12)
CASES: Final = size("people in each", 5, 60)
#: Every so many schemas one is put into PostgreSQL.
_ON_POSTGRES: Final = 3
#: The least cells of a schema; the three of CI have to make eight thousand.
_CELLS: Final = -(-8_000 // 3)
#: The least of each shape that a schema has to hold; see `tests.proof.shapes`.
_SHAPES: Final[Mapping[str, int]] = {
    "scopes_on_hidden_fields": 1,
    "rows_that_their_record_hides": 5,
    "rows_that_one_of_two_records_hides": 1,
    "lines_of_hidden_lines": 1,
    "sums_over_rows_that_others_hide": 1,
    "untold_groups": 1,
}
#: Of the cells that are wrong, how many are printed.
_SHOWN: Final = 25


@pytest.mark.parametrize("schema", range(SCHEMAS))
def test_every_cell_is_what_the_rule_says(schema: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = str(request.getfixturevalue("postgres_url" if schema % _ON_POSTGRES == 2 else "sqlite_url"))
    chance = random.Random(f"{SEED}-{schema}")
    world = draw(chance, ROLES)
    site = make_site(url, write_documents(tmp_path / "documents", world.documents))
    installation, wrong = site.installation, []
    tally = Tally(f"permission matrix, schema {schema + 1} on {installation.database.dialect}")
    populate(installation, world, chance)
    written = api_view(program(site, EVERYTHING), world)
    with installation.ctx(PRODUCT, "en") as ctx:
        shown = product_view(ctx, world)
    for case in cases(world, chance, CASES):
        note_shapes(world, case, tally)
        asking = bearer(site, case)
        with installation.ctx(case.actor, "en") as ctx:
            matrix = Matrix(ctx, case, world, shown, tally)
            doors = Doors(matrix, asking, written, site, chance)
            matrix.read_cells()
            doors.past_cells(ctx)
            Verbs(matrix, chance).write_cells()
            Imports(matrix, chance).cells()
        doors.told_cells()
        doors.changed_cells()
        wrong += matrix.wrong
    installation.close()
    first = {" ".join(line.split()[:3]): line for line in reversed(wrong)}
    print(f"{len(wrong)} wrong cells", *list(first.values())[-_SHOWN:], sep="\n")
    tally.report(cells=_CELLS, **_SHAPES)
    assert len(wrong) == 0
