"""Reading an exported file: whole or not, and in flat memory."""

import io
import tracemalloc
from pathlib import Path

import pytest

from integrations.core.errors import ProtocolError, TransientError
from integrations.vendors.ieatta.export import check_whole, is_empty, parse_lines
from integrations.vendors.ieatta.sandbox.ftl import compile_template
from integrations.vendors.ieatta.template import build_template

ROW = {"transactionID": "6000000000000942561", "amount": 1250, "comment": "Taxi", "tag": "P-1", "modifiedAmount": ""}


def rendered(count: int) -> bytes:
    reports = [{"reportID": f"R{n}", "status": "Open", "transactionList": [ROW] * 10} for n in range(count // 10)]
    return compile_template(build_template("json_string"))({"reports": reports, "addHeader": True})


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_white_space_alone_is_not_ready(content: bytes) -> None:
    assert is_empty(io.BytesIO(content))


def test_an_empty_export_is_whole_and_not_empty() -> None:
    file = io.BytesIO(rendered(0))
    assert not is_empty(file)
    check_whole(file)
    assert list(parse_lines(file, ("reject",))) == []


@pytest.mark.parametrize("lost", [3, 20, 400])
def test_a_missing_end_mark_is_a_cut_file(lost: int) -> None:
    with pytest.raises(TransientError) as caught:
        check_whole(io.BytesIO(rendered(20)[:-lost]))
    assert caught.value.code == "cut_short"


@pytest.mark.parametrize(
    "content", [b"FreeMarker template error:\nx", b"a,b\n1,2\n", rendered(10)[:-20] + b"FTL stack trace"]
)
def test_what_our_template_cannot_have_written_is_a_template_failure(content: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_whole(io.BytesIO(content))
    assert caught.value.code == "template"


def test_a_line_that_is_not_ours_names_its_number() -> None:
    with pytest.raises(ProtocolError, match="Line 2"):
        list(parse_lines(io.BytesIO(b'{"t":"end"}\n{"t":"x"}\n{"t":"end"}\n'), ()))


def test_control_characters_and_a_byte_order_mark_are_tolerated() -> None:
    content = b"\xef\xbb\xbf" + rendered(10).replace(b"Taxi", b"Ta\x0bxi")
    found = list(parse_lines(io.BytesIO(content), ()))
    assert found[1].comment == "Ta\x0bxi"  # type: ignore[union-attr]


def test_thirty_times_more_expenses_need_no_more_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.json"
        path.write_bytes(rendered(count))
        with path.open("rb") as file:
            tracemalloc.start()
            check_whole(file)
            seen = sum(1 for _ in parse_lines(file, ("reject",)))
            top = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert seen == count + count // 10
        return top

    assert peak(12_000) < peak(400) + 100_000
