"""Tags through the client, over real HTTP: sent, read back, compared; and what the wire does to it."""

from dataclasses import replace

import pytest

from integrations.core.errors import ConfigError, ProtocolError, RejectedError, TransientError
from integrations.core.tags import Difference, Shape, TagRow
from integrations.vendors.ieatta.client import IeattaClient
from integrations.vendors.ieatta.sandbox.state import POLICY_ID
from integrations.vendors.ieatta.tags import compare
from tests.vendors.ieatta.conftest import QUICK, World
from tests.vendors.ieatta.test_tags import CODED, DEPENDENT, INDEPENDENT, below, beside, tag

AWKWARD = [
    tag("007", "0100"), tag("=1+1"), tag('a, "b"; c'), tag("Client: one"), tag("back\\slash\\: x", enabled=False),
    tag("🎉 שלום"), tag("R&D &amp; R&notes"), tag("case"), tag("Case", "7"), tag("x" * 255),
]  # fmt: skip
TREE = [
    below("Acme, Ltd", code="100"), below("Globex: \u00e9", code="200"), below("Acme, Ltd", "Refit", code="20"),
    below("Globex: \u00e9", "Refit", code="40"), below("Globex: \u00e9", 'The "big" one'), below("Idle"),
]  # fmt: skip
COLUMNS = [beside(1, "Sales", "3000"), beside(2, "P-1:a", "10"), beside(2, "P-2"), beside(2, "P-3")]
LISTS = pytest.mark.parametrize(
    ("shape", "tags"),
    [(CODED, AWKWARD), (DEPENDENT, TREE), (INDEPENDENT, COLUMNS)],
    ids=["one", "dependent", "columns"],
)


def differences(client: IeattaClient, shape: Shape, tags: list[TagRow]) -> list[Difference]:
    return compare(shape, tags, client.read_tags())


@LISTS
def test_a_list_that_was_sent_is_there_afterwards_in_one_call_each(
    world: World, shape: Shape, tags: list[TagRow]
) -> None:
    client = world.client()
    client.replace_tags(shape, tags)
    assert differences(client, shape, tags) == []
    assert world.jobs() == ["update", "get"]


@LISTS
@pytest.mark.parametrize(
    "oddity",
    [
        {"tags_escape": "double"},
        {"tags_html": True},
        {"tags_null_codes": True, "tags_shuffle": True, "tags_per_parent": True},
    ],
    ids=["double", "entities", "order"],
)
def test_the_vendors_other_spellings_are_no_differences(
    world: World, shape: Shape, tags: list[TagRow], oddity: dict[str, object]
) -> None:
    world.settings(**oddity)
    client = world.client()
    client.replace_tags(shape, tags)
    assert differences(client, shape, tags) == []


def test_parents_arrive_with_their_children(world: World) -> None:
    world.client().replace_tags(DEPENDENT, TREE)
    levels = world.control.act("state")["policies"][POLICY_ID]["tags"]
    assert [(*row["parents"], row["name"], row["glCode"]) for row in levels[1]["tags"]] == [
        ("Acme, Ltd", "Refit", "20"), ("Globex\\: é", "Refit", "40"), ("Globex\\: é", 'The "big" one', ""),
    ]  # fmt: skip


def test_a_vendor_that_escapes_itself_is_sent_plain_colons(world: World) -> None:
    world.settings(tags_escape="double")
    world.client(colons="as_is").replace_tags(CODED, [tag("a:b")])
    held = world.control.act("state")["policies"][POLICY_ID]["tags"]
    assert held[0]["tags"][0]["name"] == "a\\:b"


def test_a_tag_that_the_vendor_loses_or_a_person_changes_is_a_difference(world: World) -> None:
    world.settings(tags_drop=["B"])
    client = world.client()
    wanted = [tag("A", "1"), tag("B"), tag("C")]
    client.replace_tags(CODED, wanted)
    world.control.act("tag", do="put", tag="A", glCode="2")
    world.control.act("tag", do="rename", tag="C", to="D")
    assert differences(client, CODED, wanted) == [
        Difference("A", "GL code 1, enabled", "GL code 2, enabled"),
        Difference("B", "no GL code, enabled", "not there"),
        Difference("C", "no GL code, enabled", "not there"),
        Difference("D", "not there", "no GL code, enabled"),
    ]


def test_a_list_may_become_empty_and_change_its_shape(world: World) -> None:
    client = world.client()
    for shape, tags in ((CODED, AWKWARD), (DEPENDENT, []), (INDEPENDENT, COLUMNS), (CODED, [])):
        client.replace_tags(shape, tags)
        assert differences(client, shape, tags) == []


def test_fifty_thousand_tags_go_through_and_leave_a_short_log(world: World) -> None:
    client = world.client()
    names = [f"P-{n:05} Projekt für Kunde {n}" for n in range(50_000)]
    tags = [TagRow(1, name, name, name[:7]) for name in names]
    client.replace_tags(CODED, tags)
    found = client.read_tags()
    assert compare(CODED, tags, found) == []
    assert len(found.rows) == 50_000
    calls = world.opened[0].drain_log()
    assert max(len(call.sent) + len(call.answered) for call in calls) < 4_500
    assert "sandbox-secret" not in str(calls)
    with pytest.raises(RejectedError, match="50,001 tags"):
        client.replace_tags(CODED, [*tags, tag("x")])
    assert world.jobs() == ["update", "get"]


@pytest.mark.parametrize("deed", ["reset", "cut", "html", "empty", "status"])
def test_a_lost_answer_is_asked_for_again_and_the_list_is_the_same(world: World, deed: str) -> None:
    world.control.faults({"do": deed, "body": '"type": "update"', "when": "after"})
    client = world.client()
    client.replace_tags(CODED, AWKWARD)
    assert differences(client, CODED, AWKWARD) == []
    assert world.jobs() == ["update", "update", "get"]


def test_a_time_out_after_the_work_is_a_passing_trouble_and_the_list_stands(world: World) -> None:
    world.control.faults({"do": "hang", "body": '"type": "update"', "when": "after", "times": -1})
    client = world.client(limits=replace(QUICK, read=0.2, attempts=2))
    with pytest.raises(TransientError, match="did not answer completely in time"):
        client.replace_tags(CODED, AWKWARD)
    assert differences(client, CODED, AWKWARD) == []


@pytest.mark.parametrize("how", ["http", "body"])
def test_a_rate_limit_is_waited_out_before_anything_else(world: World, how: str) -> None:
    world.settings(windows=[[0, 60.0]], rate_as=how)
    with pytest.raises(TransientError) as caught:
        world.client().replace_tags(CODED, AWKWARD)
    assert caught.value.code == "429"
    assert sum(world.sleeps) >= 20.0


def test_a_refusal_comes_in_the_vendors_words_and_is_not_repeated(world: World) -> None:
    with pytest.raises(RejectedError, match="refused the list of tags: .*invalid tag name '0'.* upload again"):
        world.client().replace_tags(CODED, [tag("A"), tag("0")])
    world.settings(tags_connected="xero", tags_connected_refuse=True)
    with pytest.raises(RejectedError, match="accounting connection"):
        world.client().replace_tags(CODED, [tag("A")])
    assert world.jobs() == ["update", "update"]


def test_an_unknown_policy_names_the_setting(world: World) -> None:
    client = world.client(policy_id="FFFF")
    with pytest.raises(ConfigError, match="policy_id"):
        client.replace_tags(CODED, [tag("A")])
    with pytest.raises(ConfigError, match="policy_id"):
        client.read_tags()


def test_an_answer_without_tags_is_no_empty_list(world: World) -> None:
    text = f'{{"responseCode": 200, "policyInfo": {{"{POLICY_ID}": {{}}}}}}'
    world.control.faults({"do": "status", "status": 200, "body_text": text})
    with pytest.raises(ProtocolError, match="without the tags"):
        world.client().read_tags()


@pytest.mark.parametrize("connected", ["xero", True])
def test_the_connection_test_tells_of_an_accounting_connection(world: World, connected: object) -> None:
    world.control.act("put", table="policies", rows=[{"id": POLICY_ID, "connected": connected}])
    checked = world.client().check()
    assert checked.account["accounting"] == ("xero" if connected == "xero" else "other")
    assert "Xero" in checked.facts["Accounting"] or connected is True


def test_a_dependent_tag_told_for_each_parent_is_one_candidate(world: World) -> None:
    client = world.client()
    world.settings(tags_per_parent=True)
    client.replace_tags(DEPENDENT, TREE)
    found = [(one.id, one.label, one.code) for one in client.list_candidates("tag")]
    assert found[1] == ("Globex\\: é", "Globex: é", "200")
    assert found[3:] == [(":Refit", "Refit", "20"), (':The "big" one', 'The "big" one', "")]
