"""Every cell of the rights matrix (role × operation × entity × field) is what a second reading of the rule says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from app.access.actor import PRODUCT
from tests.proof.cells import Matrix, product_view
from tests.proof.verbs import Verbs
from tests.proof.worlds import cases, draw, populate
from tests.support.install import install, write_documents
from tests.support.proof import SEED, Tally, size

#: Random schemas, and people with random roles in each.
SCHEMAS: Final = size(3, 20)
ROLES: Final = size(6, 12)
CASES: Final = size(9, 60)
#: Of the cells that are wrong, how many are printed.
_SHOWN: Final = 25


def test_every_cell_is_what_the_rule_says(tmp_path: Path) -> None:
    tally, wrong = Tally("permission matrix"), []
    for schema in range(SCHEMAS):
        chance = random.Random(f"{SEED}-{schema}")
        world = draw(chance, ROLES)
        folder = write_documents(tmp_path / f"documents{schema}", world.documents)
        installation = install(f"sqlite:///{tmp_path / f'{schema}.sqlite'}", folder)
        populate(installation, world, chance)
        with installation.ctx(PRODUCT, "en") as ctx:
            shown = product_view(ctx, world)
        for case in cases(world, chance, CASES):
            with installation.ctx(case.actor, "en") as ctx:
                matrix = Matrix(ctx, case, world, shown, tally)
                matrix.read_cells()
                Verbs(matrix, chance).write_cells()
                wrong += matrix.wrong
        installation.close()
    first = {" ".join(line.split()[:3]): line for line in reversed(wrong)}
    print(f"{len(wrong)} wrong cells", *list(first.values())[-_SHOWN:], sep="\n")
    tally.report(cells=8_000)
    assert len(wrong) == 0
