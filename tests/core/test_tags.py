"""Which tags of a list an expense carries."""

import pytest

from integrations.core.tags import Shape, paths_carried, split_path

SINGLE, DEPENDENT = Shape(), Shape(("Client", "Project"), dependent=True)
INDEPENDENT = Shape(("Client", "Project"))


@pytest.mark.parametrize(
    ("shape", "names", "paths"),
    [
        (SINGLE, ["P-1"], ["P-1"]),
        (SINGLE, ["Stage 2: build"], ["Stage 2\\: build"]),
        # a colon that nobody escaped, or a list that had two levels once
        (SINGLE, ["Acme", "Refit"], ["Acme\\:Refit", "Refit", "Acme"]),
        (SINGLE, ["", "Refit"], ["Refit"]),
        (SINGLE, [], []),
        (DEPENDENT, ["Acme", "Re:fit"], ["Acme:Re\\:fit", "Acme"]),
        (DEPENDENT, ["Acme", "", ""], ["Acme"]),
        (INDEPENDENT, ["Acme", "Re:fit"], [":Re\\:fit", "Acme"]),
        (INDEPENDENT, ["", "Refit"], [":Refit"]),
        (INDEPENDENT, ["", ""], []),
    ],
)
def test_an_expense_carries_the_tags_of_its_levels(shape: Shape, names: list[str], paths: list[str]) -> None:
    assert paths_carried(names, shape) == paths


@pytest.mark.parametrize("path", ["Acme:Re\\:fit", ":Refit", "::Deep", "P-1"])
def test_a_tag_alone_on_an_expense_is_found_by_its_own_path(path: str) -> None:
    names = split_path(path)
    shape = Shape(tuple("ABC"), dependent=bool(names[0])) if len(names) > 1 else SINGLE
    assert paths_carried(names, shape)[0] == path
