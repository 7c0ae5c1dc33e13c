"""The emulator's own rules, asked by zeep, a SOAP client that others wrote, and directly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
import zeep
from zeep.transports import Transport

from integrations.sandbox.control import ControlError
from integrations.vendors.accountsiq.sandbox import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY,
    PARTNER_KEY,
    SECOND_ENTITY,
    USER_KEY,
)
from tests.vendors.accountsiq.conftest import World
from tests.vendors.accountsiq.wire import soap

NAMESPACE = "http://www.visorsoftware.com/visor/accountsiq/dashboard/Integration/"
PATHS = {
    version: f"/system/dashboard/integration/integration_{version.replace('.', '_')}.asmx" for version in ("2.0", "1.1")
}
LISTS = {
    "GetChartOfAccounts": ("WSChartOfAccountLine", 6),
    "GetTaxCodeList": ("Tax", 5),
    "GetAnalysisDimensionSetup": ("WSAnalysisDimension", 2),
    "GetDepartmentList": ("Department", 4),
    "GetSupplierList": ("Supplier", 5),
    "GetActiveSupplierList": ("Supplier", 4),
    "GetGLAccountList": ("ArrayOfString", 6),
}
Ask = Callable[..., Any]


class Caller:
    """zeep, strict: an answer out of schema order or with an unknown element is an error."""

    def __init__(self, world: World, version: str) -> None:
        session = requests.Session()
        session.trust_env = False
        url = f"{world.url}{PATHS[version]}?wsdl"
        self.client = zeep.Client(url, transport=Transport(session=session), settings=zeep.Settings(strict=True))
        name = f"Integration_{version.replace('.', '_')}"
        self.service = self.client.bind(name, f"{name}Soap")
        self.version = version
        self.token = ""

    def sign_in(self) -> Any:
        if self.version == "1.1":
            self.token = self.service.Login(companyID=ENTITY, partnerKey=PARTNER_KEY, userKey=USER_KEY)
            return self.token
        pair = self.service.TokenGet(clientId=CLIENT_ID, clientSecret=CLIENT_SECRET).Result
        self.token = pair.AccessToken
        return pair

    def ask(self, operation: str, entity: str = ENTITY, **params: Any) -> Any:
        call = getattr(self.service, operation)
        if self.version == "1.1":
            return call(token=self.token, **params)
        header = self.client.get_element(f"{{{NAMESPACE}}}AiqSoapHeader")
        return call(_soapheaders=[header(Entity=entity, AccessToken=self.token)], **params)


@pytest.fixture(params=["2.0", "1.1"])
def caller(request: pytest.FixtureRequest, world: World) -> Caller:
    caller = Caller(world, request.param)
    caller.sign_in()
    return caller


@pytest.fixture
def modern(world: World) -> Caller:
    caller = Caller(world, "2.0")
    caller.sign_in()
    return caller


def test_a_strict_soap_client_reads_every_list(caller: Caller) -> None:
    for operation, (item, count) in LISTS.items():
        answer = caller.ask(operation)
        assert (answer.Status, answer.ErrorCode, answer.HasExpired) == ("Success", "SUCCESS", False)
        assert len(answer.Result[item]) == count, operation
    suppliers = caller.ask("GetSupplierList").Result.Supplier
    assert (suppliers[0].Name, suppliers[0].LedgerType, suppliers[0].IsActive) == (
        "Harbour Freight Ltd",
        "Purchases",
        True,
    )
    assert caller.ask("GetTaxCodeList").Result.Tax[1].Rate == Decimal(20)


def test_a_strict_soap_client_asks_for_single_and_changed_records(world: World, caller: Caller) -> None:
    assert caller.ask("GetCompanyInformation").Result.BaseCurrencyCode == "GBP"
    assert caller.ask("GetSupplier", supplierCode="HARBOU001").Result.Name == "Harbour Freight Ltd"
    assert caller.ask("GetSupplier", supplierCode="NONE").ErrorCode == "SUPPLIER_CODE_DOES_NOT_EXIST"
    assert caller.ask("GetDepartmentById", departmentId="BRS-SAL").Result.AnalysisCode2 == "SAL"
    world.control.shift(3600)
    world.put("bi_codes", {"DepartmentID": "BRS-SAL", "Description": "New"})
    since = datetime.now(UTC) + timedelta(minutes=30)
    if caller.version == "2.0":
        caller.sign_in()
    else:
        assert caller.ask("GetDepartmentList").HasExpired
        caller.sign_in()
    changed = caller.ask("GetDepartmentsBy", query={"FromLastModifiedDateInUTC": since}).Result.Department
    assert [one.DepartmentID for one in changed] == ["BRS-SAL"]
    assert caller.ask("GetSuppliersBy", query={"FromLastModifiedDateInUTC": since}).Result is None
    query = {"a1Filter": {"string": ["LDS"]}}
    found = caller.ask("GetDepartmentsByAnalysisCode", query=query).Result.Department
    assert {one.AnalysisCode1 for one in found} == {"LDS"}


def test_a_refresh_makes_the_old_pair_useless(modern: Caller) -> None:
    old = modern.sign_in()
    refresh = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "refreshToken": old.RefreshToken}
    new = modern.service.TokenRefresh(**refresh)
    assert new.Status == "Success"
    assert modern.ask("GetTaxCodeList").HasExpired
    assert modern.service.TokenRefresh(**refresh).Result is None
    modern.token = new.Result.AccessToken
    assert not modern.ask("GetTaxCodeList").HasExpired


def test_entities_are_apart_and_taken_away_at_once(world: World, modern: Caller) -> None:
    entities = modern.ask("GetEntitiesByToken", entity="").Result.WSEntity
    assert [one.EntityID for one in entities] == [ENTITY, SECOND_ENTITY]
    assert len(modern.ask("GetSupplierList", entity=SECOND_ENTITY).Result.Supplier) == 1
    world.control.act("application", entities=[ENTITY])
    refused = modern.ask("GetSupplierList", entity=SECOND_ENTITY)
    assert (refused.Status, refused.HasExpired, refused.Result) == ("Failure", False, None)
    world.control.act("application", revoked=True)
    assert modern.ask("GetSupplierList").Status == "Failure"
    assert modern.service.TokenGet(clientId=CLIENT_ID, clientSecret=CLIENT_SECRET).Result is None


def test_what_a_person_changes_shows_at_once(world: World, modern: Caller) -> None:
    assert len(modern.ask("GetChartOfAccounts").Result.WSChartOfAccountLine) == 6
    world.put("gl_accounts", {"Code": "6000", "Description": "Journeys", "IsActive": False})
    world.control.act("remove", table="gl_accounts", ids=["6010"])
    rows = modern.ask("GetChartOfAccounts").Result.WSChartOfAccountLine
    assert (rows[0].Description, rows[0].IsActive, rows[0].GLCategory, len(rows)) == ("Journeys", False, "Overheads", 5)
    world.control.act("remove", table="dimensions", ids=["LOC"])
    state = world.control.act("state")["entities"][ENTITY]
    assert [row["Code"] for row in state["dimension_options"]] == ["SAL", "FIN"]
    assert world.counts()["GetChartOfAccounts"] == 2


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("gl_accounts", {"Code": "X" * 51, "Description": "x"}, "GLACCOUNT_CODE_IS_TOO_LONG"),
        ("gl_accounts", {"Code": "x1", "Description": "x"}, "GLACCOUNT_CODE_IS_NOT_UPPERCASE"),
        ("gl_accounts", {"Code": "X1", "Description": "x" * 51}, "GLACCOUNT_NAME_IS_TOO_LONG"),
        ("gl_accounts", {"Code": "X1"}, "GLACCOUNT_NAME_IS_NULL"),
        ("tax_codes", {"Code": "X" * 11, "Description": "x"}, "TAX_CODE_IS_TOO_LONG"),
        ("tax_codes", {"Code": "T1", "Rate": "101"}, "TAX_RATE_IS_MORE_THAN_100_PERCENT"),
        ("bi_codes", {"DepartmentID": "X", "Description": "x" * 501}, "DEPARTMENT_DESCRIPTION_IS_TOO_LONG"),
        ("bi_codes", {"DepartmentID": "", "Description": "x"}, "DEPARTMENT_ID_IS_EMPTY"),
        ("dimension_options", {"dimension": "DEPT", "Code": "BRS", "Description": "x"}, "ANALYSIS_CODE_IS_NOT_UNIQUE"),
        ("suppliers", {"Code": "A", "Name": "x", "Colour": "red"}, "Colour"),
    ],
)
def test_the_vendors_screens_refuse_what_they_refuse(world: World, table: str, row: dict[str, Any], code: str) -> None:
    before = world.control.act("state")
    with pytest.raises(ControlError, match=code):
        world.put(table, row)
    assert world.control.act("state") == before


@pytest.mark.parametrize(
    ("text", "action", "status", "words"),
    [
        (soap(f'<GetJournals xmlns="{NAMESPACE}"/>'), f"{NAMESPACE}GetJournals", 501, "GetJournals"),
        (soap(f'<Login xmlns="{NAMESPACE}"/>'), f'"{NAMESPACE}Login"', 500, "SOAPAction"),
        (soap(f'<GetTaxCodeList xmlns="{NAMESPACE}"/>'), "", 200, "<HasExpired>true"),
        ("<soap", "", 500, "soap:Client"),
    ],
)
def test_odd_requests_are_answered_as_the_real_service_would(
    world: World, text: str, action: str, status: int, words: str
) -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8", **({"SOAPAction": action} if action else {})}
    answer = requests.post(world.url + PATHS["2.0"], data=text, headers=headers, timeout=5)
    assert answer.status_code == status
    assert words in answer.text


def test_the_demo_is_a_believable_company(world: World) -> None:
    world.control.reset()
    world.control.seed("demo")
    company = world.control.act("state")["entities"][ENTITY]
    accounts = company["gl_accounts"]
    assert {"Control", "Bank", "VAT", "Posting"} == {row["AccountType"] for row in accounts}
    names = [row["Description"] for row in accounts]
    assert len(set(names)) < len(names) == len({row["Code"] for row in accounts}) == 180
    assert any(row["Code"].startswith("0") for row in accounts) and any("-" in row["Code"] for row in accounts)
    assert 0 < sum(not row["IsActive"] for row in accounts) < 30
    assert [len(company[name]) for name in ("tax_codes", "dimensions", "bi_codes", "suppliers")] == [13, 3, 60, 120]
