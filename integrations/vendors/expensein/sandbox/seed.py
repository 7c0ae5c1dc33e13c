"""Harbour & Lane Ltd's ExpenseIn account, filled partly by hand before any sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from integrations.vendors.expensein.sandbox.store import Row, Store

ADDED = "2026-01-05T09:30:00Z"
PEOPLE = (
    "Niamh Byrne", "Oliver Grant", "Priya Shah", "Tom Hughes", "Siobhán Keane", "Marek Nowak", "Lucy Palmer",
    "Daniel Osei", "Grace Lin", "Callum Reid", "Zoë Marsh", "Ahmed Rahman",
)  # fmt: skip
CATEGORIES: tuple[tuple[str, str], ...] = (
    ("Travel and subsistence", "7400"), ("Train fares", "7401"), ("Air fares", "7402"), ("Taxis", ""),
    ("Parking and tolls", ""), ("Car hire", "7403"), ("Hotels", "7404"), ("Staff meals", "7405"),
    ("Client entertaining", "7406"), ("Staff entertaining", "7407"), ("Mileage", "7410"), ("Fuel", ""),
    ("Stationery", "7504"), ("Postage and carriage", "7501"), ("Printing", "7500"), ("Mobile phones", "7551"),
    ("Broadband", "7552"), ("Computer consumables", "7505"), ("Software subscriptions", "7506"),
    ("Training courses", "7602"), ("Books and journals", ""), ("Professional subscriptions", "7603"),
    ("Repairs and renewals", "7800"), ("Protective clothing", ""), ("Sundry expenses", "8200"),
)  # fmt: skip
DEPARTMENTS = (
    ("Sales", "SAL"), ("Operations", "OPS"), ("Warehouse", "WHS"), ("Finance", "FIN"), ("Marketing", "MKT"),
    ("People", ""),
)  # fmt: skip
TAX_RATES: tuple[tuple[str, str, float], ...] = (
    ("Standard rate", "T1", 20), ("Zero rated", "T0", 0), ("Reduced rate", "T5", 5), ("Exempt", "T2", 0),
    ("Outside the scope", "T9", 0), ("Irish standard rate", "", 23),
)  # fmt: skip
PROJECTS = (("Quayside refit", "QR-01"), ("Spring catalogue", "SC-26"), ("Trade fair Dublin", ""))
SUPPLIERS = (("Lane End Motors", "LAN001"), ("Café Marée", "CAF002"), ("Northgate Print", ""))


def first_user(store: Store) -> None:
    """The account's administrator, whom even an empty account has."""
    store.insert("users", {**_person(PEOPLE[0]), "id": "u-1", "dateAdded": "2025-11-20T08:12:44Z"})


def _person(name: str) -> Row:
    first, _, last = name.partition(" ")
    plain = name.lower().replace(" ", ".").replace("á", "a").replace("ë", "e")
    return {"firstName": first, "lastName": last, "email": f"{plain}@harbourlane.example"}


def small(store: Store) -> None:
    """Two categories, one without a reference, a department, two tax rates, a project, a supplier, a second user."""
    _fill(store, people=2, categories=(CATEGORIES[0], CATEGORIES[3]), departments=1, rates=2, projects=1, suppliers=1)


def demo(store: Store) -> None:
    _fill(store, people=12, categories=CATEGORIES, departments=6, rates=6, projects=3, suppliers=3)
    store.insert("categories", {"name": "Old sundries", "reference": "8201", "isDeleted": True, "dateAdded": ADDED})


SIZES: Mapping[str, Callable[[Store], None]] = {"small": small, "demo": demo}


def _fill(
    store: Store,
    *,
    people: int,
    categories: tuple[tuple[str, str], ...],
    departments: int,
    rates: int,
    projects: int,
    suppliers: int,
) -> None:
    for number, name in enumerate(PEOPLE[1:people], 2):
        store.insert("users", {**_person(name), "id": f"u-{number}", "dateAdded": f"2026-01-05T09:{number:02}:00Z"})
    for name, reference, rate in TAX_RATES[:rates]:
        store.insert("tax_rates", {"name": name, "reference": reference or None, "rate": rate, "dateAdded": ADDED})
    for name, reference in categories:
        for_all = name == "Mileage"
        more: Row = {} if for_all else {"appliesTo": ["purchase"]}
        store.insert("categories", {"name": name, "reference": reference or None, "dateAdded": ADDED, **more})
    for table, rows in (
        ("departments", DEPARTMENTS[:departments]),
        ("projects", PROJECTS[:projects]),
        ("suppliers", SUPPLIERS[:suppliers]),
    ):
        for name, code in rows:
            store.insert(table, {"name": name, "code": code or None, "dateAdded": ADDED})


def generated(table: str, count: int, more: Row) -> Iterator[Row]:
    """`count` records with different names and references; `more` goes into each."""
    word = table.replace("_", " ").removesuffix("s").capitalize()
    key = "reference" if table in ("categories", "tax_rates") else "code"
    for number in range(1, count + 1):
        yield {"name": f"{word} {number:05}", key: f"{word[0]}{number:05}", "dateAdded": ADDED, **more}
