"""Loading and dumping a workspace's configuration."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.models import Connection, FieldRule, Mapping, Reference, Sync, Workspace
from integrations.sandbox import Control
from integrations.services.config import ConfigRefused, Loaded, config_dump, config_load
from integrations.vendors.accelo.sandbox import SERVICE_ID, SERVICE_SECRET

pytestmark = pytest.mark.django_db

ENVIRON = {"IEATTA_SECRET": "hush-ieatta-secret", "ACCELO_SECRET": "hush-accelo-secret"}

# The door refuses a private address before any packet is sent, so that no test reaches out by accident.
BASE = """\
workspace: acme
connections:
  - key: ieatta
    vendor: ieatta
    settings: {policy_id: "0123456789ABCDEF"}
    credentials: {partner_user_id: user, partner_user_secret: "env:IEATTA_SECRET"}
  - key: accelo
    vendor: accelo
    settings: {base_url: https://10.0.0.1}
    credentials: {client_id: abc, client_secret: "env:ACCELO_SECRET"}
syncs:
  - key: expenses
    kind: ieatta-accelo
"""


def load(text: str, **environ: str) -> Loaded:
    return config_load(text, environ={**ENVIRON, **environ})


def errors_of(text: str) -> list[dict[str, str]]:
    with pytest.raises(ConfigRefused) as refused:
        load(text)
    return refused.value.errors


def with_mappings(rows: str) -> str:
    return BASE + "mappings:\n" + rows


def cache(kind: str, id: str, label: str, code: str = "", email: str = "", key: str = "accelo") -> None:
    connection = Connection.objects.get(key=key)
    Reference.objects.create(
        connection=connection, kind=kind, external_id=id, label=label, code=code, email=email,
        label_key=label.casefold(), code_key=code.casefold(),
    )  # fmt: skip


def rows(kind: str) -> list[tuple[str, str, str, str, str]]:
    found = Mapping.objects.filter(kind=kind).order_by("source_key", "position", "pk")
    return [(row.source_value, row.qualifier, row.target_kind, row.target_id, row.state) for row in found]


def test_a_file_creates_workspace_connections_and_sync() -> None:
    loaded = load(BASE)
    assert [change["where"] for change in loaded.changes] == [
        "workspace", "connections.ieatta", "connections.accelo", "syncs.expenses",
    ]  # fmt: skip
    sync = Sync.objects.get(workspace__slug="acme", key="expenses")
    assert (sync.kind, sync.source.key, sync.target.key) == ("ieatta_accelo", "ieatta", "accelo")
    assert sync.target.credentials == {"client_id": "abc", "client_secret": "hush-accelo-secret"}
    assert Mapping.objects.filter(sync=sync, kind="status").count() == 6


def test_loading_a_file_again_changes_nothing() -> None:
    load(BASE)
    before = history_sizes()
    assert load(BASE).changes == []
    assert history_sizes() == before


def history_sizes() -> list[int]:
    models: list[Any] = [Workspace, Connection, Sync, Mapping, FieldRule]
    return [model.history.count() for model in models]


def test_all_errors_are_listed_with_line_and_key_and_nothing_is_changed() -> None:
    text = """\
workspace: {slug: acme, time_zone: Europe/Lodnon}
connections:
  - key: ieatta
    vendor: ieata
  - key: accelo
    vendor: accelo
    settings: {base_ulr: https://acme.api.accelo.com, auth: magic}
    credentials: {client_id: abc, client_secret: "env:NOT_THERE"}
syncs:
  - key: expenses
    kind: ieatta_accelo
    schedule: every hour
    options: {window_days: 999, currencyy: GBP, unchangeable: forget}
extra: 1
"""
    errors = errors_of(text)
    told = {error["where"]: error["message"] for error in errors}
    assert "Europe/Lodnon" in told["line 1, workspace.time_zone"]
    assert "Did you mean 'ieatta'?" in told["line 4, connections[0].vendor"]
    assert "Did you mean 'base_url'?" in told["line 7, connections[1].settings.base_ulr"]
    assert "client_credentials" in told["line 7, connections[1].settings.auth"]
    assert "NOT_THERE" in told["line 8, connections[1].credentials.client_secret"]
    assert "no schedule" in told["line 12, syncs[0].schedule"]
    assert "at most 360" in told["line 13, syncs[0].options.window_days"]
    assert "Did you mean 'currency'?" in told["line 13, syncs[0].options.currencyy"]
    assert "replace, report" in told["line 13, syncs[0].options.unchangeable"]
    assert "Did you mean" not in told["line 14, extra"]
    assert Workspace.objects.count() == Connection.objects.count() == Sync.objects.count() == 0


def test_an_error_in_the_mappings_keeps_the_connections_from_being_stored() -> None:
    errors = errors_of(with_mappings("  - kind: categries\n    rows: {Meals: '1'}\n"))
    assert [error["where"] for error in errors] == ["line 15, mappings[0].kind"]
    assert "Did you mean 'category'?" in errors[0]["message"]
    assert Workspace.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("", "", "empty"),
        ("- a\n", "line 1", "must be a map"),
        ("workspace: [\n", "line 2", "not valid YAML"),
        ("workspace: acme\nworkspace: beta\n", "line 2", "twice"),
        ("connections: []\n", "line 1", "which workspace"),
        ("workspace: acme\nconnections: 5\n", "line 2, connections", "must be a list"),
        ("workspace: acme\nconnections: [5]\n", "line 2, connections[0]", "must be a map"),
        ("workspace: acme\nsyncs: [{key: x, kind: y}]\n", "line 2, syncs[0].kind", "ieatta_accelo"),
        ("workspace: acme\nsyncs: [{key: x, kind: ieatta_accelo}]\n", "line 2, syncs[0]", "there is none"),
        ("workspace: acme\nmappings: [{kind: tag, rows: {a: b}}]\n", "line 2, mappings[0]", "workspace has none"),
        ("workspace: acme\nconnections: [{key: accelo, vendor: accelo}]\n", "line 2, connections[0]", "Base address"),
        ("workspace: acme\nconnections:\n  - key: a b\n    vendor: accelo\n", "line 3, connections[0]", "letters"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(text: str, where: str, words: str) -> None:
    errors = errors_of(text)
    assert any(error["where"] == where and words in error["message"] for error in errors), errors


def test_a_broken_file_does_not_show_its_secrets() -> None:
    text = BASE.replace('"env:ACCELO_SECRET"', "top-secret-value: [")
    assert "top-secret-value" not in str(errors_of(text))


def test_secrets_are_not_told_when_they_change() -> None:
    load(BASE)
    changes = load(BASE, ACCELO_SECRET="another-secret").changes
    assert changes == [{"where": "connections.accelo.credentials.client_secret", "change": "changed"}]
    assert Connection.objects.get(key="accelo").credentials["client_secret"] == "another-secret"


def test_a_credential_among_the_settings_is_stored_as_a_credential() -> None:
    load(BASE.replace('settings: {policy_id: "0123456789ABCDEF"}', "settings: {policy_id: P1, partner_user_id: u2}")
         .replace("{partner_user_id: user, partner", "{partner"))  # fmt: skip
    connection = Connection.objects.get(key="ieatta")
    assert connection.credentials["partner_user_id"] == "u2"
    assert connection.settings == {"policy_id": "P1"}


def test_only_settings_and_credentials_are_read_from_the_environment() -> None:
    load(with_mappings("  - kind: tag\n    rows: {'env:production': job:1}\n"))
    assert rows("tag") == [("env:production", "", "job", "1", "confirmed")]


def test_changed_settings_are_told_with_before_and_after() -> None:
    load(BASE)
    changes = load(
        BASE.replace("10.0.0.1", "10.0.0.2").replace("kind: ieatta-accelo", "kind: ieatta_accelo\n    enabled: no")
    ).changes
    assert {change["where"]: change["change"] for change in changes} == {
        "connections.accelo.settings.base_url": "https://10.0.0.1 → https://10.0.0.2",
        "syncs.expenses.enabled": "yes → no",
    }


def test_options_streams_and_fields_are_set_by_their_declared_types() -> None:
    more = """\
    name: Expenses
    schedule: daily
    options: {window_days: 30, status_sync: off, currency: GBP, unchangeable: report}
    streams: [expenses]
    fields:
      - {target: Title, source: merchant, policy: set_if_new}
      - target: billable
        policy: off
"""
    load(BASE + more)
    sync = Sync.objects.get()
    assert sync.options == {"window_days": 30, "status_sync": False, "currency": "GBP", "unchangeable": "report"}
    assert (sync.schedule, sync.streams, sync.name) == ("0 4 * * *", [], "Expenses")
    assert sorted(FieldRule.objects.values_list("target", "source", "policy")) == [
        ("billable", "billable", "off"), ("title", "merchant", "set_if_new"),
    ]  # fmt: skip
    assert load(BASE + more).changes == []


def test_streams_may_be_a_map_with_options() -> None:
    load(BASE + "    streams: {expenses: {enabled: yes, options: {window_days: 7}}}\n")
    assert Sync.objects.get().options == {"window_days": 7}


def test_connections_and_syncs_may_be_maps_by_their_keys() -> None:
    text = """\
workspace: {name: Acme Ltd, time_zone: Europe/London, notify: [a@acme.example, b@acme.example]}
connections:
  ieatta: {settings: {policy_id: P1}, credentials: {partner_user_id: u, partner_user_secret: s}}
  books: {vendor: accelo, settings: {base_url: https://a.b}, credentials: {client_id: i, client_secret: s}}
syncs:
  ieatta_accelo:
"""
    loaded = load(text)
    assert loaded.workspace.slug == "acme-ltd"
    assert loaded.workspace.addresses == ["a@acme.example", "b@acme.example"]
    assert Sync.objects.get().target.key == "books"


def test_a_sync_with_two_fitting_connections_must_name_one() -> None:
    credentials = "credentials: {client_id: i, client_secret: s}"
    second = f"  - {{key: other, vendor: accelo, settings: {{base_url: https://a.b}}, {credentials}}}\n"
    text = BASE.replace("syncs:\n", second + "syncs:\n")
    assert "accelo, other" in errors_of(text)[0]["message"]
    load(text + "    target: other\n")
    assert Sync.objects.get().target.key == "other"


@pytest.mark.parametrize(
    "written",
    [
        "{Meals: '12'}",
        "[{source: Meals, target: '12'}]",
        "[{from: Meals, to: 12}]",
        "[{category: Meals, expense_type: 12}]",
        "[{category: Meals, type: 12}]",
        "[{category: Meals, type_id: 12}]",
        "[{source_id: Meals, target_id: 12}]",
        "[{source: Meals, expense_type_id: 12}]",
        "[{ieatta: Meals, accelo: 12}]",
        "[[Meals, 12]]",
        "[{Meals: 12}]",
        "['Meals -> 12']",
        "[{source: Meals, target: {type: expense_type, id: 12}}]",
        "[{source: Meals, target: {expense_type: 12}}]",
        "{Meals: 'type:12'}",
        "{source: Meals, target: 12}",
        "{Meals: Food and drink}",
        "{Meals: FOOD AND DRINK}",
        "[{source: Meals, target: {name: Food and drink}}]",
    ],
)
def test_a_row_may_be_written_in_any_form(written: str) -> None:
    load(BASE)
    cache("expense_type", "12", "Food and drink")
    load(with_mappings(f"  - kind: Categories\n    rows: {written}\n"))
    assert rows("category") == [("Meals", "", "", "12", "confirmed")]
    assert Mapping.objects.get(kind="category").target_label == "Food and drink"


@pytest.mark.parametrize(
    ("written", "kind", "id"),
    [
        ("{P-1: job:42}", "job", "42"),
        ("{P-1: 'project: 42'}", "job", "42"),
        ("{P-1: ticket:7}", "issue", "7"),
        ("{P-1: retainer:3}", "contract", "3"),
        ("[{tag: P-1, project: 42}]", "job", "42"),
        ("[{tag: P-1, type: Project, id: 42}]", "job", "42"),
        ("[{source: P-1, target: {kind: ticket, id: 7}}]", "issue", "7"),
        ("{P-1: {retainer: 3}}", "contract", "3"),
        ("{P-1: job/42}", "job", "42"),
        ("[{source: P-1, target: issue/7}]", "issue", "7"),
        ("[{source: P-1, against_type: job, against_id: 42}]", "job", "42"),
        ("[{tag: P-1, project_id: 42}]", "job", "42"),
        ("[{tag: P-1, against: job/42}]", "job", "42"),
        ("{P-1: WEB-01}", "job", "42"),
        ("{P-1: New website}", "job", "42"),
        ("{P-1: Printer}", "issue", "7"),
    ],
)
def test_a_target_may_be_an_id_a_code_or_a_name_of_any_kind(written: str, kind: str, id: str) -> None:
    load(BASE)
    cache("job", "42", "New website", code="WEB-01")
    cache("issue", "7", "Printer")
    cache("contract", "3", "Support")
    load(with_mappings(f"  - sync: expenses\n    kind: tags\n    rows: {written}\n"))
    assert rows("tag") == [("P-1", "", kind, id, "confirmed")]


def test_several_targets_and_taxes_are_several_rows() -> None:
    written = "[{category: Meals, tax: Standard, to: 1}, {category: Meals, to: [2, 3]}]"
    load(with_mappings(f"  - kind: category\n    rows: {written}\n"))
    assert [(row[1], row[3]) for row in rows("category")] == [("Standard", "1"), ("", "2"), ("", "3")]


def test_a_row_of_which_only_some_keys_are_understood_is_no_list_of_values() -> None:
    load(BASE)
    errors = errors_of(with_mappings("  - kind: category\n    rows: [{category: Meals, unheard_of: 12}]\n"))
    assert "'category' is not understood" in errors[0]["message"]
    assert rows("category") == []


@pytest.mark.parametrize("written", ["{Own: }", "{Own: ignore}", "[{source: Own, ignore: yes}]", "[[Own, skip]]"])
def test_no_target_leaves_the_value_out(written: str) -> None:
    load(with_mappings(f"  - kind: category\n    rows: {written}\n"))
    assert rows("category") == [("Own", "", "", "", "ignored")]


@pytest.mark.parametrize(
    ("kind", "written", "words"),
    [
        ("category", "[{source: Meals}]", "no target"),
        ("category", "[{source: Meals, taget: 1}]", "Did you mean 'target'"),
        ("category", "[Meals]", "needs a value and a target"),
        ("category", "[[Meals]]", "short row"),
        ("category", "[{source: Meals, target: 1}, {source: Meals, target: 1}]", "twice"),
        ("category", "{Meals: Fod and drink}", "Did you mean 'Food and drink'?"),
        ("category", "{Meals: []}", "empty"),
        ("tag", "[{source: P, target: 1, tax: Standard}]", "no qualifier"),
        ("tag", "{P: Same name}", "job:1 (Same name), job:2 (Same name)"),
        ("tag", "[{source: P, target: 1, type: planet}]", "no kind of"),
        ("status", "{REJECTED: thrown away}", "submitted, approved, declined"),
        ("status", "{REJECTED: declind}", "Did you mean 'declined'?"),
    ],
)
def test_a_wrong_row_is_told_with_what_to_write(kind: str, written: str, words: str) -> None:
    load(BASE)
    cache("expense_type", "1", "Food and drink")
    cache("job", "1", "Same name")
    cache("job", "2", "Same name")
    text = with_mappings(f"  - kind: {kind}\n    rows: {written}\n")
    errors = errors_of(text)
    assert any(words in error["message"] for error in errors), errors


def test_statuses_take_ids_and_names() -> None:
    changes = load(with_mappings("  - kind: statuses\n    rows: {OPEN: Approved, rejected: declined}\n")).changes
    assert [change["change"] for change in changes if change["where"].startswith("mappings")] == [
        "Submitted → Approved"
    ]
    assert {row[0]: row[3] for row in rows("status")}["OPEN"] == "approved"
    assert len(rows("status")) == 6


def test_loading_replaces_the_named_values_and_keeps_the_others() -> None:
    load(with_mappings("  - kind: category\n    rows: {Meals: [1, 2], Hotel: 3}\n"))
    changes = load(with_mappings("  - kind: category\n    rows: {Meals: 4}\n")).changes
    assert changes == [{"where": "mappings.expenses.category.Meals", "change": "1, 2 → 4"}]
    assert [(row[0], row[3]) for row in rows("category")] == [("Hotel", "3"), ("Meals", "4")]


def test_a_suggestion_becomes_the_decision() -> None:
    load(BASE)
    sync = Sync.objects.get()
    Mapping.objects.create(
        sync=sync,
        kind="category",
        source_value="Meals",
        source_key="meals",
        target_id="9",
        state="suggested",
        waiting=3,
    )
    load(with_mappings("  - kind: category\n    rows: {Meals: 4}\n"))
    assert rows("category") == [("Meals", "", "", "4", "confirmed")]
    assert Mapping.objects.get(kind="category").waiting == 3


def test_texts_that_yaml_would_change_stay_as_they_are_written() -> None:
    load(with_mappings("  - kind: category\n    rows: {No: 007, 12:30: 0x1F, 2026-01-01: '1'}\n"))
    assert [(row[0], row[3]) for row in rows("category")] == [("12:30", "0x1F"), ("2026-01-01", "1"), ("No", "007")]


def test_a_dump_loads_without_a_change_and_holds_no_secret() -> None:
    text = with_mappings("  - kind: category\n    rows: {Meals: [1, 2], Hotel: ignore, 'No': 3}\n")
    load(text + "  - kind: tag\n    rows: {P-1: job:42}\n")
    dumped = config_dump(Workspace.objects.get())
    assert "hush" not in dumped
    environ = {
        "ACME_IEATTA_PARTNER_USER_ID": "user", "ACME_IEATTA_PARTNER_USER_SECRET": "hush-ieatta-secret",
        "ACME_ACCELO_CLIENT_ID": "abc", "ACME_ACCELO_CLIENT_SECRET": "hush-accelo-secret",
    }  # fmt: skip
    assert load(dumped, **environ).changes == []


def test_another_workspace_is_not_touched() -> None:
    load(BASE)
    load(BASE.replace("workspace: acme", "workspace: beta"))
    load(BASE.replace("workspace: acme", "workspace: beta").replace("10.0.0.1", "10.0.0.2"))
    assert Connection.objects.get(workspace__slug="acme", key="accelo").settings == {"base_url": "https://10.0.0.1"}


def test_a_connection_keeps_its_vendor_and_a_sync_its_kind() -> None:
    load(BASE)
    text = "workspace: acme\nconnections: [{key: accelo, vendor: ieatta, settings: {policy_id: P}}]\n"
    assert "another key" in errors_of(text)[0]["message"]


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
TARGETS = st.lists(st.integers(1, 9999).map(str), min_size=1, max_size=3, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    categories=st.dictionaries(TEXT, st.one_of(TARGETS, st.none()), max_size=4),
    tags=st.dictionaries(TEXT, st.sampled_from(["job:1", "issue:2", "contract:3", "ignore"]), max_size=4),
    options=st.fixed_dictionaries(
        {},
        optional={
            "window_days": st.integers(1, 360),
            "status_sync": st.booleans(),
            "currency": st.sampled_from(["", "GBP"]),
            "unchangeable": st.sampled_from(["replace", "report"]),
        },
    ),  # fmt: skip
    name=TEXT,
    enabled=st.booleans(),
)
def test_whatever_is_configured_its_dump_loads_without_a_change(
    categories: dict[str, Any], tags: dict[str, str], options: dict[str, Any], name: str, enabled: bool
) -> None:
    Sync.objects.all().delete()
    Workspace.objects.all().delete()
    data = yaml.safe_load(BASE)
    data["syncs"][0] |= {"options": options, "name": name, "enabled": enabled}
    folded = {kind: dict({key.casefold().strip(): (key, value) for key, value in rows.items()}.values())
              for kind, rows in (("category", categories), ("tag", tags))}  # fmt: skip
    data["mappings"] = [
        {"kind": kind, "rows": [{"source": key, "target": value} for key, value in rows.items()]}
        for kind, rows in folded.items()
    ]
    workspace = load(yaml.safe_dump(data, allow_unicode=True)).workspace
    dumped = config_dump(workspace)
    before = history_sizes()
    environ = {
        "ACME_IEATTA_PARTNER_USER_ID": "user", "ACME_IEATTA_PARTNER_USER_SECRET": "hush-ieatta-secret",
        "ACME_ACCELO_CLIENT_ID": "abc", "ACME_ACCELO_CLIENT_SECRET": "hush-accelo-secret",
    }  # fmt: skip
    assert load(dumped, **environ).changes == []
    assert history_sizes() == before


def test_names_are_looked_up_at_the_vendor_once_and_kept(sandbox: Any) -> None:
    Control(sandbox.url, "accelo").seed("small")
    text = BASE.replace("https://10.0.0.1", f"{sandbox.url}/accelo").replace(
        "client_id: abc", f"client_id: {SERVICE_ID}"
    )
    rows_text = (
        "  - kind: category\n    rows: {Taxi: Travel, Lunch: Meals}\n  - kind: person\n    rows: {a@b.c: Ava Wilson}\n"
    )
    loaded = load(text + "mappings:\n" + rows_text, ACCELO_SECRET=SERVICE_SECRET)
    assert loaded.warnings == []
    assert Mapping.objects.get(kind="category", source_key="taxi").target_label == "Travel"
    assert Mapping.objects.get(kind="person").target_label == "Ava Wilson"
    Control(sandbox.url, "accelo").clear_calls()
    assert load(text + "mappings:\n" + rows_text, ACCELO_SECRET=SERVICE_SECRET).changes == []
    assert Control(sandbox.url, "accelo").calls() == []


def test_a_name_that_the_vendor_does_not_know_is_an_error(sandbox: Any) -> None:
    Control(sandbox.url, "accelo").seed("small")
    text = BASE.replace("https://10.0.0.1", f"{sandbox.url}/accelo").replace(
        "client_id: abc", f"client_id: {SERVICE_ID}"
    )
    with pytest.raises(ConfigRefused) as refused:
        load(text + "mappings:\n  - kind: category\n    rows: {Taxi: Travle}\n", ACCELO_SECRET=SERVICE_SECRET)
    assert "Did you mean 'Travel'?" in refused.value.errors[0]["message"]
    assert Workspace.objects.count() == 0


def test_a_vendor_that_cannot_be_asked_is_noted_and_the_text_stands() -> None:
    loaded = load(with_mappings("  - kind: category\n    rows: {Taxi: Travel}\n"))
    assert len(loaded.warnings) == 1 and "could not be looked up" in loaded.warnings[0]
    assert rows("category") == [("Taxi", "", "", "Travel", "confirmed")]


def test_streams_may_be_a_list_of_maps() -> None:
    load(BASE + "    streams: [{key: expenses, options: {window_days: 7}}]\n")
    assert Sync.objects.get(key="expenses").options == {"window_days": 7}
    (error,) = errors_of(BASE + "    streams: [{key: invoices}]\n")
    assert "There is no stream 'invoices'" in error["message"]


def test_a_second_sync_between_the_same_connections_is_refused() -> None:
    (error,) = errors_of(BASE + "  - {key: again, kind: ieatta_accelo}\n")
    assert "would create each of them twice" in error["message"]
    load(BASE)
    (error,) = errors_of("workspace: acme\nsyncs:\n  - {key: again, kind: ieatta_accelo}\n")
    assert "The sync expenses already carries these records" in error["message"]
    assert list(Sync.objects.values_list("key", flat=True)) == ["expenses"]
