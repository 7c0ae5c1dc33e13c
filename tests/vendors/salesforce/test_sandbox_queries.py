"""The emulator's SOQL and its pages."""

from urllib.parse import quote

import pytest

from tests.vendors.salesforce.sandbox_caller import Caller, body, error


@pytest.fixture
def caller() -> Caller:
    caller = Caller()
    ann, ben, cy, dee = caller.put(
        "Account",
        {"Name": "Ann", "Phone": "1", "Industry": "Energy", "AnnualRevenue": 10, "Website": "a'b\\c"},
        {"Name": "ben", "Phone": "", "Industry": "Retail", "AnnualRevenue": 20, "BillingCity": "Leeds"},
        {"Name": "Cy", "Phone": "3", "Industry": "Energy", "AnnualRevenue": None, "Website": "50%_x"},
        {"Name": "Dee", "Phone": "4", "Industry": None, "AnnualRevenue": 5},
    )
    caller.put("Contact", {"LastName": "One", "AccountId": ann, "Birthdate": "1980-02-03"}, {"LastName": "Two"})
    return caller


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'ANN'", ["Ann"]),
        ("Phone = ''", ["ben"]),
        ("Phone = null", ["ben"]),
        ("Phone != '1'", ["Cy", "Dee", "ben"]),
        ("Industry NOT IN ('Energy')", ["Dee", "ben"]),
        ("NOT (Industry = 'Energy' OR Name = 'Dee')", ["ben"]),
        ("Industry = 'Energy' AND (Name LIKE 'a%' OR AnnualRevenue > 100)", ["Ann"]),
        ("AnnualRevenue >= 10", ["Ann", "ben"]),
        ("AnnualRevenue < 10.5 and annualrevenue != null", ["Ann", "Dee"]),
        ("Website = 'a\\'b\\\\c'", ["Ann"]),
        ("Website LIKE '50\\%\\_%'", ["Cy"]),
        ("Website LIKE '50\\_%'", []),
        ("Name LIKE '_e%'", ["Dee", "ben"]),
        ("SystemModstamp = 2026-05-08T13:00:00+01:00 AND IsDeleted = FALSE", ["Ann", "Cy", "Dee", "ben"]),
        ("SystemModstamp > 2026-05-08T12:00:00.000Z", []),
        ("Owner.Name = 'alex morgan' AND BillingCity = 'leeds'", ["ben"]),
    ],
)
def test_conditions(caller: Caller, where: str, names: list[str]) -> None:
    assert sorted(caller.column(f"SELECT Name FROM Account WHERE {where}")) == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Name", ["Ann", "ben", "Cy", "Dee"]),
        ("Industry, Name DESC", ["Dee", "Cy", "Ann", "ben"]),
        ("AnnualRevenue DESC NULLS LAST", ["ben", "Ann", "Dee", "Cy"]),
        ("AnnualRevenue DESC", ["Cy", "ben", "Ann", "Dee"]),
        ("Id DESC LIMIT 2", ["Dee", "Cy"]),
        ("SystemModstamp, Id LIMIT 2 OFFSET 1", ["ben", "Cy"]),
    ],
)
def test_order(caller: Caller, order: str, names: list[str]) -> None:
    assert caller.column(f"SELECT Name FROM Account ORDER BY {order}") == names


def test_rows_have_attributes_first_parents_nested_and_addresses_whole(caller: Caller) -> None:
    rows = caller.query(
        "select id, account.NAME, Account.Owner.Email, MailingAddress, Birthdate from contact order by id"
    )
    first = rows[0]
    assert list(first) == ["attributes", "Id", "Account", "MailingAddress", "Birthdate"]
    assert first["attributes"]["url"] == f"/services/data/v66.0/sobjects/Contact/{first['Id']}"
    assert first["Account"]["Name"] == "Ann"
    assert first["Account"]["Owner"]["Email"] == "alex.morgan@acme.example"
    assert (first["Birthdate"], rows[1]["Account"], first["MailingAddress"]) == ("1980-02-03", None, None)
    ben = caller.query("SELECT SystemModstamp, AnnualRevenue, BillingAddress FROM Account WHERE Name = 'ben'")[0]
    assert (ben["SystemModstamp"], ben["AnnualRevenue"]) == ("2026-05-08T12:00:00.000+0000", 20.0)
    assert (ben["BillingAddress"]["city"], ben["BillingAddress"]["street"]) == ("Leeds", None)


def test_counts_and_groups(caller: Caller) -> None:
    counted = caller.get("query?q=" + quote("SELECT COUNT() FROM Account WHERE Industry != null"))
    assert counted == {"totalSize": 3, "done": True, "records": []}
    assert caller.query("SELECT COUNT(Id) FROM Account")[0]["expr0"] == 4
    groups = caller.query("SELECT Industry, COUNT(Phone) n FROM Account GROUP BY Industry ORDER BY Industry")
    assert [(row["attributes"]["type"], row["Industry"], row["n"]) for row in groups] == [
        ("AggregateResult", None, 1),
        ("AggregateResult", "Energy", 2),
        ("AggregateResult", "Retail", 0),
    ]


def test_owners_of_cases_are_people_or_queues(caller: Caller) -> None:
    queue = caller.put("Group", {"Name": "Support", "Type": "Queue"})[0]
    caller.put("Case", {"Subject": "a", "OwnerId": queue}, {"Subject": "b"})
    rows = caller.query("SELECT CaseNumber, Owner.Type, Owner.Name FROM Case ORDER BY CaseNumber")
    assert [(row["Owner"]["Type"], row["Owner"]["Name"]) for row in rows] == [
        ("Group", "Support"),
        ("User", "Alex Morgan"),
    ]
    assert rows[0]["CaseNumber"].startswith("0000")


def test_ids_may_have_15_characters_and_come_with_18(caller: Caller) -> None:
    id = caller.column("SELECT Id FROM Account WHERE Name = 'Cy'")[0]
    assert len(id) == 18
    assert caller.column(f"SELECT Id FROM Account WHERE Id = '{id[:15]}'") == [id]
    assert caller.get(f"sobjects/Account/{id[:15]}")["Id"] == id
    assert caller.refused("SELECT Id FROM Account WHERE Id = '001'")[1] == "INVALID_QUERY_FILTER_OPERATOR"


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Nope FROM Account", "INVALID_FIELD", "\n       ^\nERROR at Row:1:Column:8\nNo such column 'Nope' on"),
        ("SELECT Id\nFROM Nope", "INVALID_TYPE", "ERROR at Row:2:Column:6\nsObject type 'Nope' is not supported."),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Account WHERE Name = 'x", "MALFORMED_QUERY", "Column:37\nunexpected token: '''"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "of type string and should be enclosed in quotes"),
        ("SELECT Id FROM Account WHERE SystemModstamp > '2026'", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Account WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account ORDER BY BillingAddress", "MALFORMED_QUERY", "can not be sorted"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "offset"),
        ("SELECT CurrencyIsoCode FROM Account", "INVALID_FIELD", "CurrencyIsoCode"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "grouped"),
    ],
)
def test_wrong_queries_are_refused_with_the_place(caller: Caller, soql: str, code: str, words: str) -> None:
    status, found, message = caller.refused(soql)
    assert (status, found) == (400, code)
    assert words in message


def test_what_is_beyond_the_emulated_part_is_not_guessed(caller: Caller) -> None:
    for soql in ("SELECT (SELECT Id FROM Contacts) FROM Account", "SELECT Id FROM Account WHERE CreatedDate = TODAY"):
        assert caller.api("GET", "query?q=" + quote(soql)).status == 501


# Pages

EVERY = quote("SELECT Id FROM Account ORDER BY Id")


@pytest.fixture
def many() -> Caller:
    caller = Caller()
    caller.control("generate", accounts=450)
    return caller


def test_pages_follow_a_locator_that_the_last_one_lacks(many: Caller) -> None:
    first = many.get(f"query?q={EVERY}", sforce_query_options="batchSize=1")
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = body(many.follow(first["nextRecordsUrl"]))
    third = body(many.follow(second["nextRecordsUrl"]))
    assert (third["done"], len(third["records"]), "nextRecordsUrl" in third) == (True, 50, False)
    ids = [row["Id"] for page in (first, second, third) for row in page["records"]]
    assert ids == sorted(set(ids))


def test_pages_may_be_short_and_rows_may_go_between_them(many: Caller) -> None:
    many.control("settings", short_pages=True)
    page = many.get(f"query?q={EVERY}")
    sizes = [len(page["records"])]
    gone = many.column("SELECT Id FROM Account ORDER BY Id DESC LIMIT 1")
    many.control("delete", ids=gone)
    while not page["done"]:
        page = body(many.follow(page["nextRecordsUrl"]))
        sizes.append(len(page["records"]))
    assert len(sizes) > 3
    assert sum(sizes) == page["totalSize"] - 1 == 449


def test_locators_die(many: Caller) -> None:
    def locator() -> str:
        return str(many.get(f"query?q={EVERY}", sforce_query_options="batchSize=200")["nextRecordsUrl"])

    url = locator()
    many.control("expire_locators")
    assert error(many.follow(url))[:2] == (400, "INVALID_QUERY_LOCATOR")
    many.control("settings", session_seconds=10**7)
    url = locator()
    many.later(days=2)
    assert error(many.follow(url))[1] == "INVALID_QUERY_LOCATOR"
    many.control("settings", locator_pages=1)
    url = locator()
    second = body(many.follow(url))["nextRecordsUrl"]
    assert error(many.follow(second))[1] == "INVALID_QUERY_LOCATOR"


def test_the_index_and_a_plain_scan_find_the_same(many: Caller) -> None:
    """The same condition, once as the index decides it and once hidden from it by NOT NOT."""
    many.later(hours=1)
    ids = many.column("SELECT Id FROM Account ORDER BY Id")
    many.control("touch", ids=ids[100:130])
    many.control("delete", ids=ids[120:125])
    rows = many.query("SELECT Id, SystemModstamp FROM Account ORDER BY SystemModstamp, Id")
    at, tie = rows[250]["SystemModstamp"].replace("+0000", "Z"), rows[250]["Id"]
    half_past = "2026-05-08T12:30:00Z"
    conditions = (
        f"(SystemModstamp = {at} AND Id > '{tie}') OR SystemModstamp > {at}",
        f"((SystemModstamp = {at} AND Id > '{tie}') OR SystemModstamp > {at}) AND SystemModstamp < {half_past}",
        f"SystemModstamp = {at} AND Id > '{tie}' AND Id <= '{ids[300]}'",
        f"SystemModstamp < {at} OR SystemModstamp > {at}",
        f"Id > '{ids[10]}' AND Id < '{ids[140]}'",
        f"Id IN ('{ids[1]}', '{ids[121]}') OR Name = 'company 000007'",
        f"Name IN ('Company 000003', 'COMPANY 000122', 'x') AND Id > '{ids[100]}'",
        f"Name = 'Company 000003' AND (Phone = 'x' OR Id IN ('{ids[3]}', '{ids[4]}'))",
        f"Name = 'Company 000003' AND Id IN ('{ids[4]}')",
        f"Id IN ('{ids[3]}', '{ids[4]}') AND Id IN ('{ids[4]}', '{ids[5]}') AND SystemModstamp < {half_past}",
    )
    for condition in conditions:
        for order in ("SystemModstamp, Id", "Id", "SystemModstamp DESC, Id DESC"):
            for deleted in (False, True):
                quick = many.column(f"SELECT Id FROM Account WHERE {condition} ORDER BY {order}", deleted=deleted)
                slow = many.column(
                    f"SELECT Id FROM Account WHERE NOT (NOT ({condition})) ORDER BY {order}", deleted=deleted
                )
                assert quick == slow, condition
