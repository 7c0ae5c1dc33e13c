"""What both applications have to map, read anew for an import."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Import, Mapping
from integrations.sandbox import Control
from integrations.services.import_lists import (
    import_outdated,
    import_read,
    import_read_by_id,
    import_read_later,
    import_reading,
)
from integrations.services.import_steps import steps_of
from integrations.services.imports import import_kinds, import_open, import_sync
from tests.factories import make_accelo, make_salesforce, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(sandbox: Any) -> Import:
    workspace = make_workspace()
    make_salesforce(workspace, sandbox.url)
    make_accelo(workspace, sandbox.url)
    [kind] = [kind for kind in import_kinds() if kind.key == "salesforce_accelo_import"]
    return import_open(sync=import_sync(workspace, kind), kinds=["sales"])


def owners(draft: Import) -> dict[str, int]:
    return {value.row.source_label: value.number for value in steps_of(draft)[0].values}


def test_people_who_left_are_known_and_those_who_own_nothing_any_more_are_not_counted(
    draft: Import, sandbox: Any
) -> None:
    org = Control(sandbox.url, "salesforce")
    org.act("pipeline", opportunities=7)
    import_read(draft)
    assert sum(owners(draft).values()) == 7 and owners(draft)["Sam Carter"] == 1
    gone = [Mapping.objects.get(source_label=name).source_value for name in ("Sam Carter", "Priya Raman")]
    sales = org.act("state", object="Opportunity")["Opportunity"]
    org.act("delete", ids=[row["Id"] for row in sales if row["OwnerId"] in gone])
    import_read(draft)
    assert sum(owners(draft).values()) == 5
    assert not {"Sam Carter", "Priya Raman"} & set(owners(draft))
    assert Mapping.objects.filter(source_label="Sam Carter").exists()


def test_a_worker_reads_them_and_what_went_wrong_is_told(draft: Import, sandbox: Any) -> None:
    assert import_outdated(draft)
    import_read_later(draft)
    assert import_reading(draft) == (True, "")
    sandbox.down()
    words = import_read_by_id(draft.pk)
    draft = Import.objects.get()
    assert import_reading(draft) == (False, words) and import_outdated(draft)
    sandbox.up()
    import_read_later(draft)
    import_read_by_id(draft.pk)
    draft = Import.objects.get()
    assert import_reading(draft) == (False, "") and not import_outdated(draft)
