"""States, countries and statuses of every emulated deployment. A selection: enough to be found and not to be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COUNTRIES = (
    "1|Australia|61|AU", "2|United States|1|US", "3|United Kingdom|44|GB", "4|Canada|1|CA", "5|New Zealand|64|NZ",
    "6|Germany|49|DE", "7|France|33|FR", "8|Ireland|353|IE", "9|Netherlands|31|NL", "10|Switzerland|41|CH",
    "11|Austria|43|AT", "12|Singapore|65|SG", "13|India|91|IN", "14|Japan|81|JP", "15|Brazil|55|BR", "16|Spain|34|ES",
    "17|Italy|39|IT", "18|Sweden|46|SE", "19|Denmark|45|DK", "20|Norway|47|NO", "21|Belgium|32|BE", "22|Mexico|52|MX",
)  # fmt: skip
_STATES: Mapping[str, str] = {
    "1": "New South Wales=NSW, Victoria=VIC, Queensland=QLD, Western Australia=WA, South Australia=SA, Tasmania=TAS, "
    "Australian Capital Territory=ACT, Northern Territory=NT",
    "2": "Alabama=AL, Alaska=AK, Arizona=AZ, Arkansas=AR, California=CA, Colorado=CO, Connecticut=CT, Delaware=DE, "
    "District of Columbia=DC, Florida=FL, Georgia=GA, Hawaii=HI, Idaho=ID, Illinois=IL, Indiana=IN, Iowa=IA, "
    "Kansas=KS, Kentucky=KY, Louisiana=LA, Maine=ME, Maryland=MD, Massachusetts=MA, Michigan=MI, Minnesota=MN, "
    "Mississippi=MS, Missouri=MO, Montana=MT, Nebraska=NE, Nevada=NV, New Hampshire=NH, New Jersey=NJ, New Mexico=NM, "
    "New York=NY, North Carolina=NC, North Dakota=ND, Ohio=OH, Oklahoma=OK, Oregon=OR, Pennsylvania=PA, "
    "Rhode Island=RI, South Carolina=SC, South Dakota=SD, Tennessee=TN, Texas=TX, Utah=UT, Vermont=VT, Virginia=VA, "
    "Washington=WA, West Virginia=WV, Wisconsin=WI, Wyoming=WY",
    "4": "Alberta=AB, British Columbia=BC, Manitoba=MB, New Brunswick=NB, Newfoundland and Labrador=NL, "
    "Nova Scotia=NS, Ontario=ON, Prince Edward Island=PE, Quebec=QC, Saskatchewan=SK",
}


def _countries() -> list[dict[str, Any]]:
    rows = (line.split("|") for line in _COUNTRIES)
    return [
        {"id": id, "title": title, "prefix": prefix, "suffix": suffix, "state_required": id in _STATES}
        for id, title, prefix, suffix in rows
    ]


def _states() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for country, text in _STATES.items():
        for number, pair in enumerate(text.split(", "), start=1):
            title, _, short = pair.partition("=")
            found.append({"title": title, "abbreviation": short, "country_id": country, "ordering": number})
    return found


def _statuses(*lines: str) -> tuple[dict[str, Any], ...]:
    """From `title|standing|color|1`; the last is empty when a new object may not have it."""
    rows = (line.split("|") for line in lines)
    return tuple(
        {
            "id": str(number),
            "title": title,
            "standing": standing,
            "color": color,
            "ordering": number,
            "start": bool(start),
        }
        for number, (title, standing, color, start) in enumerate(rows, start=1)
    )


COUNTRIES = tuple(_countries())
STATES = tuple(_states())
STATUSES: Mapping[str, tuple[dict[str, Any], ...]] = {
    "company_statuses": _statuses(
        "Lead|potential|blue|1", "Prospect|potential|purple|1", "Client|active|green|1", "Former client|inactive|grey|"
    ),
    "contact_statuses": _statuses("Potential|potential|blue|1", "Current|active|green|1", "Left|inactive|grey|"),
}
