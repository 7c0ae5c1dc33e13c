"""What the seeded org is made of."""

from __future__ import annotations

PEOPLE = (
    "Ava Wilson", "Ben Carter", "Chloe Nguyen", "Dan Murphy", "Ella Rossi", "Finn O’Neil", "Grace Kim", "Harry Singh",
    "Isla Brown", "Jack Turner", "Kira Novak", "Liam Walsh", "Mia Lopez",
)  # fmt: skip
GONE = ("Kira Novak", "Liam Walsh")
"""Users who are not active any more, but still own things."""
CLIENTS: tuple[tuple[str, str, str], ...] = (
    ("Harbour Trust", "www.harbourtrust.example", "+61 2 5550 5087"),
    ("Northwind Energy", "www.northwindenergy.example", "+61 2 5550 3394"),
    ("Blue Gum Foods", "https://www.bluegumfoods.example/", ""),
    ("Kestrel Legal", "", "(02) 5550 1900"),
    ("Orchard Health", "orchardhealth.example", "+61 2 5550 6418"),
    ("Tidewater Marine", "www.tidewatermarine.example", ""),
    ("Summit Outdoor", "", "+61 2 5550 9016"),
    ("Lumen Design", "www.lumendesign.example", "+61 2 5550 7430"),
    ("Oak & Ash", "www.oakash.example", "+61 2 5550 5812"),
    ("Pixel Foundry", "", ""),
    ("Riverbank Council", "www.riverbank.example", "+61 2 5550 8882"),
    ("Delta Freight Pty Ltd", "www.deltafreight.example", "+61 2 5550 8756"),
)
"""Name, website, phone of companies that the other emulators' demo knows too; some only alike."""
SHARED_FRONT = (
    "Amber", "Arctic", "Beacon", "Cedar", "Cobalt", "Copper", "Coral", "Crescent", "Ember", "Falcon", "Granite",
    "Granville", "Hazel", "Indigo", "Juniper", "Keystone", "Lantern", "Magnolia", "Maple", "Meridian",
)  # fmt: skip
SHARED_TRADE = (
    "Analytics", "Bakery", "Builders", "Clinics", "Dental", "Engineering", "Foods", "Hotels", "Insurance", "Logistics",
    "Media", "Partners",
)  # fmt: skip
SHARED_FIRST = (
    "Anna", "Bruno", "Carla", "David", "Elena", "Farid", "Gita", "Hugo", "Ines", "Jonas", "Karin", "Leo", "Marta",
    "Nils", "Oscar", "Paula", "Renée", "Søren", "Tomás", "Yuki",
)  # fmt: skip
SHARED_LAST = (
    "Adams", "Baker", "Costa", "Dubois", "Evans", "Fischer", "García", "Hughes", "Ito", "Jensen", "Khan", "Lopez",
    "Müller", "Nguyen", "O’Brien", "Patel",
)  # fmt: skip
"""240 more companies, each front with each trade, and people there, whom the Accelo emulator's demo knows too."""
FIRST = (
    "Amelia", "Noah", "Olivia", "Jack", "Charlotte", "William", "Ruby", "Leo", "Zara", "Omar", "Mei", "Arjun",
    "Sofia", "Mateo", "Hannah", "Tom", "Ngozi", "Pierre", "Yuki", "Sean", "Ingrid", "Luca", "Fatima", "Zoë",
)  # fmt: skip
LAST = (
    "Smith", "Jones", "Taylor", "Nguyen", "Patel", "Garcia", "Müller", "O’Brien", "Kowalski", "Rossi", "Tanaka",
    "Okafor", "Dubois", "Silva", "Andersen", "McDonald", "van den Berg", "Hughes", "Cohen", "Ali", "Fraser", "Reid",
)  # fmt: skip
TITLES = ("Director", "Office Manager", "CFO", "Head of Operations", "Buyer", "Owner", "Accountant", "IT Manager")
FRONT = (
    "Amber", "Bright", "Cedar", "Dover", "Eastern", "Falcon", "Granite", "Horizon", "Iron", "Juniper", "Kingfisher",
    "Laurel", "Meridian", "Noble", "Opal", "Pacific", "Quarry", "Redwood", "Silver", "Tamar", "Union", "Valley",
    "Western", "Yarrow", "Zenith",
)  # fmt: skip
TRADE = (
    "Logistics", "Timber", "Dental", "Software", "Bakery", "Holdings", "Engineering", "Partners", "Print", "Motors",
    "Farms", "Interiors", "Textiles", "Media", "Plumbing", "Travel", "Insurance", "Gardens", "Steel", "Labs",
)  # fmt: skip
ENDS = ("Pty Ltd", "Group", "& Sons", "Ltd")
PLACES: tuple[tuple[str, str | None, str | None, str | None], ...] = (
    ("Sydney", "New South Wales", "2000", "Australia"),
    ("Melbourne", "Victoria", "3000", "Australia"),
    ("Brisbane", "QLD", "4000", "Australia"),
    ("London", None, "EC1A 1BB", "United Kingdom"),
    ("Leeds", None, "LS1 4AP", "UK"),
    ("San Francisco", "California", "94105", "United States"),
    ("Austin", "TX", "78701", "USA"),
    ("Toronto", "Ontario", "M5H 2N2", "Canada"),
    ("Auckland", None, "1010", "New Zealand"),
    ("Fredville", "North", "F-001", "Freedonia"),
    ("Dublin", None, None, "Ireland"),
)
"""City, state, postal code, country: in orgs with the picklists some of them are no integration values."""
QUEUES = (("Support Tier 1", "Support_Tier_1"), ("Billing Questions", "Billing_Questions"))
OLD_STAGE = "Verbal Agreement"
OLD_STATUS = "On Hold"
"""Values that old rows still have, though the org's lists do not."""
SUBJECTS = (
    "Cannot log in", "Invoice query", "Delivery is late", "Wrong item", "Change of address", "Feature question",
    "Printer offline", "Please call back",
)  # fmt: skip
DEALS = ("renewal", "new fleet", "website", "office refit", "training", "annual audit", "support plan")
