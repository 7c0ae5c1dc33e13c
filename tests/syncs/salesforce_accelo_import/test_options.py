from typing import Any

import pytest

from integrations.core.errors import ConfigError
from integrations.syncs.salesforce_accelo_import.declared import MAPPING_KINDS, OPTIONS, STEPS
from integrations.syncs.salesforce_accelo_import.options import Options, options_digest, parse_options


def test_a_new_import_stands_at_the_declared_defaults() -> None:
    assert parse_options({option.name: option.default for option in OPTIONS}) == Options()
    assert {option.name for option in OPTIONS} == set(Options.__slots__)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"missing_company": "attach"}, "Choose the company to attach to"),
        ({"missing_contact": "attach"}, "Choose the contact to attach to"),
        ({"default_user": "Priya"}, "'Default person' takes the id of a record in Accelo, not 'Priya'"),
        ({"title_length": "long"}, "'Longest title' is not a whole number"),
    ],
)
def test_an_option_that_cannot_hold_is_refused_in_words(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_options(values)


def test_only_options_that_decide_a_plan_have_it_made_again() -> None:
    same = parse_options({"sales_where": [{"field": "Name"}], "search_window": 5})
    assert options_digest(same) == options_digest(Options())
    assert options_digest(parse_options({"currency": "gbp"})) != options_digest(Options())


def test_every_mapping_is_decided_in_one_step_and_what_is_needed_has_a_default() -> None:
    kinds = {kind.key: kind for kind in MAPPING_KINDS}
    assert {name for step in STEPS for names in step.mappings.values() for name in names} == kinds.keys()
    options = {option.name for option in OPTIONS}
    assert all(f"default_{kind.key}" in options for kind in kinds.values() if kind.required)
