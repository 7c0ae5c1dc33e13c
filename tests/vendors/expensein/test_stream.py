"""The streaming reader: any list, cut into chunks anywhere, is read as a whole or refused, never shortened."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.core.errors import PortalError, ProtocolError, TransientError
from integrations.vendors.expensein.stream import CHUNK, read_list

KEYS = ("data", "items", "results")
WHAT = "the list of projects"

text = st.text(max_size=8)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
values = (
    leaves | st.lists(leaves, max_size=3) | st.dictionaries(text, leaves | st.lists(leaves, max_size=2), max_size=3)
)
lists = st.lists(values, max_size=8)
slow_machine = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
chunks = st.integers(1, 40)


def read(content: bytes, chunk: int = CHUNK) -> list[Any]:
    return list(read_list(io.BytesIO(content), KEYS, WHAT, chunk=chunk))


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


@slow_machine
@given(lists, chunks, st.booleans(), st.sampled_from([None, 1]))
def test_any_list_is_read_whatever_the_chunks(rows: list[Any], chunk: int, plain: bool, indent: int | None) -> None:
    written = json.dumps(rows, ensure_ascii=plain, indent=indent)
    assert read(written.encode(), chunk) == exact(written)


@slow_machine
@given(st.dictionaries(text, values, max_size=3), lists, st.sampled_from(KEYS), chunks)
def test_any_object_with_one_known_list_gives_that_list(
    others: dict[str, Any], rows: list[Any], key: str, chunk: int
) -> None:
    before = {name: value for name, value in others.items() if name not in KEYS}
    written = json.dumps({**before, key: rows, "after": before})
    assert read(written.encode(), chunk) == exact(written)[key]


@slow_machine
@given(st.lists(st.dictionaries(st.sampled_from(["id", "name", "n"]), leaves), min_size=1, max_size=5), st.data())
def test_a_list_that_is_cut_anywhere_is_refused(rows: list[Any], data: st.DataObject) -> None:
    content = json.dumps({"data": rows} if data.draw(st.booleans()) else rows).encode()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(PortalError):
        read(cut, data.draw(chunks))


@slow_machine
@given(st.binary(max_size=60))
def test_whatever_comes_it_is_json_or_refused(content: bytes) -> None:
    try:
        found = read(content, 3)
    except (ProtocolError, TransientError):
        return
    assert found == exact(content.decode("utf-8-sig")) or isinstance(exact(content.decode("utf-8-sig")), dict)


@pytest.mark.parametrize("text", ['[{"id":"1"},{"id":"2"}', '[{"id":"1"},{"id"', '{"data":[{"id":"1"}', "["])
def test_a_cut_list_is_asked_for_again_later(text: str) -> None:
    with pytest.raises(TransientError) as caught:
        read(text.encode(), 4)
    assert caught.value.code == "cut_short"


def test_a_cut_list_gives_nothing_before_it_is_refused() -> None:
    with pytest.raises(TransientError):
        next(read_list(io.BytesIO(b'[{"id":"1"},{"id":"2"},'), KEYS, WHAT))


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html></html>",
        "",
        "null",
        '"text"',
        "{}",
        '{"data": {"id": "1"}}',
        '{"message": "hello"}',
        '{"data": [], "items": []}',
        '[{"id":"1"}] [{"id":"2"}]',
        '[{"id":"1",}]',
        "[NaN]",
        "[1 2]",
        "[" * 100_000 + "]" * 100_000,
    ],
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="list of projects"):
        read(text.encode(), 7)


def test_text_in_another_encoding_is_refused() -> None:
    with pytest.raises(ProtocolError, match="UTF-8"):
        read('[{"name":"Café"}]'.encode("latin-1"))


def test_rates_keep_every_digit_and_a_byte_order_mark_is_passed_over() -> None:
    assert read(b'\xef\xbb\xbf[{"rate": 13.50}, 1e2]') == [{"rate": Decimal("13.50")}, Decimal("1e2")]
