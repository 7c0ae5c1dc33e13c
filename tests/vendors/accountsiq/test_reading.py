"""The stream reader on answers as bytes: whatever is odd ends in an error, never in a shorter list."""

import io
import tracemalloc

import pytest

from integrations.core.errors import PortalError, ProtocolError, TransientError
from integrations.vendors.accountsiq.answers import NotSuccess, Row, Shape
from integrations.vendors.accountsiq.reading import read_rows
from integrations.vendors.accountsiq.records import BI_CODES, COMPANY, DIMENSIONS, GL_ROWS, SUPPLIER_FIELDS
from tests.vendors.accountsiq.wire import EXPIRED, GOOD, SOAP, fault, reply, soap

SUPPLIERS = Shape("GetSupplierList", "Supplier", SUPPLIER_FIELDS)
ROWS = (
    "<Result><Supplier><ID>1</ID><Code>A</Code><Name>Ann &amp; Co</Name><IsActive>true</IsActive></Supplier>"
    "<Supplier><Code>B</Code><Notes>x</Notes><IsActive>false</IsActive></Supplier></Result>"
)
READ = [[("Code", "A"), ("Name", "Ann & Co"), ("IsActive", "true")], [("Code", "B"), ("IsActive", "false")]]
NIL = '<Supplier n:nil="true" xmlns:n="http://www.w3.org/2001/XMLSchema-instance"/>'
FAILED = "<Status>Failure</Status><ErrorCode>NEW_CODE</ErrorCode><HasExpired>false</HasExpired>"


def read(text: str | bytes, shape: Shape = SUPPLIERS) -> list[Row]:
    return list(read_rows(io.BytesIO(text if isinstance(text, bytes) else text.encode()), shape))


def answer(inner: str) -> str:
    return reply("GetSupplierList", inner)


@pytest.mark.parametrize(
    "text",
    [
        answer(GOOD + ROWS),
        answer(ROWS + GOOD),
        answer("<HasExpired>0</HasExpired>" + ROWS + "<New/><Status> Success </Status><ErrorCode>NEW</ErrorCode>"),
        answer("<New><Code>X</Code><Result/></New>" + GOOD + ROWS.replace("<Code>", "<N><Code>X</Code></N><Code>")),
        answer(GOOD + ROWS.replace("</Result>", "<New>1</New></Result>")),
        answer(
            GOOD + ROWS.replace(">B<", "><![CDATA[B]]><").replace("<Notes>", "<Name n:nil='1' xmlns:n='x'/><Notes>")
        ),
        answer(GOOD + ROWS.replace("</Result>", f"{NIL}</Result>")),
        answer(GOOD + ROWS).replace("soap:", "s:").replace("xmlns:soap", "xmlns:s"),
        answer(GOOD + ROWS).replace("<soap:Body>", "<soap:Header><a><Status/></a></soap:Header><soap:Body>"),
        "\ufeff" + answer(GOOD + ROWS) + "\n\n",
        answer(GOOD + ROWS).replace("><", ">\n    <"),
    ],
)
def test_order_prefixes_nils_and_later_elements_do_not_matter(text: str) -> None:
    found = [[pair for pair in row if pair != ("Name", "")] for row in read(text)]
    assert found == READ


def test_utf_16_is_read() -> None:
    assert read(answer(GOOD + ROWS).replace("utf-8", "utf-16").encode("utf-16")) == READ


@pytest.mark.parametrize("result", ["", "<Result/>", "<Result>\n</Result>"])
def test_success_without_rows_is_an_empty_list(result: str) -> None:
    assert read(answer(GOOD + result)) == []


@pytest.mark.parametrize("inner", [EXPIRED + ROWS, ROWS + EXPIRED, EXPIRED, FAILED + ROWS, ROWS + FAILED, FAILED])
def test_no_row_is_given_before_the_answer_is_known_to_be_good(inner: str) -> None:
    rows = read_rows(io.BytesIO(answer(inner).encode()), SUPPLIERS)
    with pytest.raises(NotSuccess):
        next(rows)


@pytest.mark.parametrize(
    "text",
    [
        reply("GetDepartmentList", GOOD + ROWS),
        answer(GOOD + ROWS + ROWS),
        answer(GOOD + GOOD + ROWS),
        answer(GOOD + ROWS).replace("<soap:Body>", "<soap:Body><x/>"),
        answer(GOOD + ROWS).replace("Supplier>", "Vendor>"),
        answer(GOOD + ROWS).replace("GetSupplierListResult", "Other"),
        answer(GOOD + ROWS).replace("&amp;", "&nope;"),
        answer(GOOD + ROWS).replace("</Name>", "</Nome>"),
        answer(GOOD + ROWS).replace("Ann", "\x01"),
        soap(""),
        f'<x:NoEnvelope xmlns:x="{SOAP}"><a/></x:NoEnvelope>',
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        read(text)


def test_a_document_type_is_refused_before_its_entities_are_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(ProtocolError, match="document type"):
        read(answer(GOOD + ROWS.replace("Ann", "&b;")).replace("?>", f"?>{bomb}"))


def test_an_answer_cut_anywhere_gives_no_row_at_all() -> None:
    whole = answer(GOOD + ROWS).encode()
    for end in range(len(whole)):
        with pytest.raises(TransientError) as caught:
            next(read_rows(io.BytesIO(whole[:end]), SUPPLIERS))
        assert caught.value.code == "cut_short"


def test_bytes_lost_in_the_middle_end_in_an_error() -> None:
    whole = answer(GOOD + ROWS).encode()
    start = whole.index(b"</Name>")
    for end in range(start + 1, whole.rindex(b"</Result>")):
        try:
            rows = read(whole[:start] + whole[end:])
        except PortalError:
            continue
        assert [row[0] for row in rows] == [("Code", "A"), ("Code", "B")]


def test_a_fault_inside_200_carries_its_words() -> None:
    with pytest.raises(NotSuccess) as caught:
        read(fault("It broke."))
    assert caught.value.head.fault == "It broke."


def test_options_follow_their_dimension_whatever_the_order_inside() -> None:
    options = (
        "<DimensionCodes><WSAnalysisDimensionCode><Description>Sales</Description><Code>SAL</Code></WSAnalysisDimensionCode>"
        "<WSAnalysisDimensionCode><Code>MAR</Code></WSAnalysisDimensionCode></DimensionCodes>"
    )
    tree = f"<WSAnalysisDimension>{options}<Code>DEPT</Code></WSAnalysisDimension>"
    empty = "<WSAnalysisDimension><Code>LOC</Code><DimensionCodes/></WSAnalysisDimension>"
    assert read(reply("GetAnalysisDimensionSetup", f"{GOOD}<Result>{tree}{empty}</Result>"), DIMENSIONS) == [
        [("Code", "DEPT")],
        [(".Description", "Sales"), (".Code", "SAL")],
        [(".Code", "MAR")],
        [("Code", "LOC")],
    ]


def test_rows_of_strings_keep_their_order_and_repetition() -> None:
    row = "<ArrayOfString><string>0100</string><string/><string>x</string></ArrayOfString>"
    found = read(reply("GetGLAccountList", f"{GOOD}<Result>{row}</Result>"), GL_ROWS)
    assert found == [[("string", "0100"), ("string", ""), ("string", "x")]]


def test_one_record_is_one_row() -> None:
    company = "<Result><CompanyName>H</CompanyName><Address><CompanyName>no</CompanyName></Address></Result>"
    assert read(reply("GetCompanyInformation", GOOD + company), COMPANY) == [[("CompanyName", "H")]]


def test_memory_does_not_grow_with_the_list() -> None:
    def peak(count: int) -> int:
        row = f"<Department><DepartmentID>X</DepartmentID><Description>{'d' * 300}</Description></Department>"
        file = io.BytesIO(reply("GetDepartmentList", f"{GOOD}<Result>{row * count}</Result>").encode())
        tracemalloc.start()
        assert sum(1 for _ in read_rows(file, BI_CODES)) == count
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    assert peak(8_000) < peak(1_000) * 1.3
