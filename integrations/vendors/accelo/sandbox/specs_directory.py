"""Fields, filters and orders of companies, contacts, affiliations, addresses and what goes with them. Data only.

States and countries have no list of their own; they are seen only through an address.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.vendors.accelo.sandbox.spec import Spec, spec

_STATUS = spec(
    "id:id* title:text* color:text standing:text start:yn ordering:int",
    basic="id title standing color",
    orders="id title standing color ordering",
    search="title",
)

DIRECTORY: Mapping[str, Spec] = {
    "companies": spec(
        "id:id* name:text* custom_id:text website:text phone:text fax:text date_created:time date_modified:time "
        "date_last_interacted:time comments:text standing:text status:ref(company_statuses) "
        "postal_address:ref(addresses) staff_bookmarked:01 default_affiliation:ref(affiliations)",
        basic="id standing status default_affiliation postal_address custom_id website",
        ranges="id status custom_id",
        dates="date_created date_modified",
        orders="id date_created date_modified date_last_interacted name standing status custom_id",
        search="website name phone fax",
    ),
    "contacts": spec(
        "id:id* firstname:text* surname:text* mobile:text* email:text* username:text middlename:text title:text "
        "timezone:text date_created:time date_modified:time date_last_interacted:time comments:text "
        "default_affiliation:ref(affiliations) contact_status:ref(contact_statuses) standing:text",
        basic="id email title standing affiliation=default_affiliation status=contact_status username",
        ranges="id status=contact_status",
        dates="date_created date_modified date_last_interacted",
        orders="id firstname surname username title standing date_modified date_created date_last_interacted",
        search="firstname surname email",
    ),
    "affiliations": spec(
        "id:id* mobile:text* email:text* fax:text position:text phone:text postal_address:ref(addresses) "
        "physical_address:ref(addresses) company:ref(companies) contact:ref(contacts) affiliation_status:id "
        "standing:text date_modified:time date_last_interacted:time staff_bookmarked:01 portal_access:01 "
        "communication:01 invoice_method:text",
        basic="id email standing status=affiliation_status postal_address physical_address company contact "
        "invoice_method",
        ranges="id physical_address postal_address contact status=affiliation_status",
        dates="date_modified date_last_interacted",
        orders="standing date_modified date_last_interacted",
        search="fax phone mobile email",
    ),
    "addresses": spec(
        "id:id* full:full* short:short title:text street1:text street2:text city:text zipcode:text "
        "state:ref(states)=state_id country:ref(countries)=country_id postal:yn physical:yn against_type:text "
        "against_id:id",
        basic="id against_type against_id physical postal country_id state_id zipcode",
        ranges="id against_id",
        orders="id title",
    ),
    "states": spec("id:id* title:text* abbreviation:text* country_id:id ordering:int timezone:text"),
    "countries": spec(
        "id:id* title:text* prefix:text suffix:text postcode_name:text state_name:text state_required:01 "
        "postcode_required:01"
    ),
    "company_statuses": _STATUS,
    "contact_statuses": _STATUS,
    "profile_fields": spec(
        "id:id* field_name:text* field_type:text* parent_id:id link_type:text required:yn restrictions:text "
        "exported:yn lookup_type:text options:raw confidential:yn description:text",
    ),
    "profile_values": spec(
        "id:id* field_type:text* field_name:text* value_type:text* value:text* values:raw* date_modified:time "
        "modified_by:ref(staff) field_id:id link_type:text link_id:id",
        basic="id field_id link_id link_type",
        ranges="field_id link_id",
        orders="id value_type date_modified",
    ),
}

INDEXED: Mapping[str, tuple[str, ...]] = {
    "affiliations": ("company", "contact"),
    "addresses": ("against_id",),
    "profile_values": ("link_id", "field_id"),
}
"""Row keys by whose value rows are found without a look at the others."""
