"""The vendor's own samples: what we send looks like its requests, and its answers are read.

The samples are generated from the schema: every text is "string" and HasExpired is true everywhere, which is undone.
"""

import io
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from integrations.vendors.accountsiq.answers import NotSuccess, Shape
from integrations.vendors.accountsiq.envelope import build_envelope
from integrations.vendors.accountsiq.reading import read_record, read_rows
from integrations.vendors.accountsiq.records import (
    BI_CODES,
    COMPANY,
    DIMENSIONS,
    GL_ACCOUNTS,
    GL_ROWS,
    SUPPLIER_FIELDS,
    TAX_CODES,
)
from integrations.vendors.accountsiq.sandbox import specs

SAMPLES = Path(__file__).parents[3] / "../shared/vendors/samples/accountsiq"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendor's samples are not beside this repository")

SUPPLIERS = Shape("GetSupplierList", "Supplier", SUPPLIER_FIELDS)
SHAPES = [GL_ACCOUNTS, GL_ROWS, TAX_CODES, DIMENSIONS, BI_CODES, SUPPLIERS, COMPANY]
FIELDS = {
    "GetChartOfAccounts": specs.GL_ACCOUNT,
    "GetTaxCodeList": specs.TAX,
    "GetDepartmentList": specs.DEPARTMENT,
    "GetSupplierList": specs.SUPPLIER,
}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.operation)
def test_every_wanted_field_is_found_in_the_vendors_sample(shape: Shape) -> None:
    text = sample(f"v2.0-{shape.operation}.response.xml")
    with pytest.raises(NotSuccess):
        list(read_rows(io.BytesIO(text.encode()), shape))
    good = text.replace("<HasExpired>true", "<HasExpired>false")
    rows = list(read_rows(io.BytesIO(good.encode()), shape))
    assert {name for name, _ in rows[0]} == (shape.fields if shape is not GL_ROWS else set())
    assert len(rows) == (2 if shape is DIMENSIONS else 1)


@pytest.mark.parametrize("operation", ["TokenGet", "TokenRefresh"])
def test_tokens_are_found_in_the_vendors_sample(operation: str) -> None:
    shape = Shape(operation, "", frozenset({"AccessToken", "RefreshToken"}))
    head, pair = read_record(io.BytesIO(sample(f"v2.0-{operation}.response.xml").encode()), shape)
    assert (head.status, pair) == ("string", {"AccessToken": "string", "RefreshToken": "string"})


def tree(element: Element) -> tuple[str, list[tuple[str, str]]]:
    return element.tag, [(one.tag, (one.text or "").strip()) for one in element.iter()]


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("v2.0-GetSupplierList", build_envelope("GetSupplierList", (), ("{{aiq_entity}}", "{{aiq_token}}"))),
        ("v1.1-GetChartOfAccounts", build_envelope("GetChartOfAccounts", [("token", "{{aiq_token}}")])),
        (
            "v2.0-TokenGet",
            build_envelope("TokenGet", [("clientId", "{{aiq_client_id}}"), ("clientSecret", "{{aiq_client_secret}}")]),
        ),
        (
            "v1.1-Login",
            build_envelope(
                "Login", [("companyID", "{{coID}}"), ("partnerKey", "{{partnerKey}}"), ("userKey", "{{userKey}}")]
            ),
        ),
    ],
)
def test_what_is_sent_equals_the_vendors_sample(name: str, built: bytes) -> None:
    assert tree(fromstring(built)) == tree(fromstring(sample(f"{name}.request.xml")))


@pytest.mark.parametrize("operation", FIELDS)
def test_the_emulators_fields_stand_in_the_order_of_the_vendors_sample(operation: str) -> None:
    document = fromstring(sample(f"v2.0-{operation}.response.xml"))
    row = next(one for one in document.iter() if one.tag.endswith("}Result"))[0]
    assert [one.tag.rpartition("}")[2] for one in row] == [name for name, _ in FIELDS[operation]]
