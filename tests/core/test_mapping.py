from integrations.core.mapping import Mappings, Row

TRAVEL = Row("category", "Travel", "2")
TRAVEL_VAT = Row("category", "Travel", "9", qualifier="VAT 20%")


def test_values_are_compared_trimmed_and_without_case() -> None:
    assert Mappings([TRAVEL]).first("category", "  tRAVEL ") == TRAVEL


def test_an_unmapped_value_has_no_row() -> None:
    assert Mappings([TRAVEL]).first("category", "Meals") is None
    assert Mappings([TRAVEL]).first("tag", "Travel") is None


def test_the_unqualified_row_comes_first_whatever_the_order() -> None:
    assert Mappings([TRAVEL_VAT, TRAVEL]).first("category", "Travel") == TRAVEL
    assert Mappings([TRAVEL_VAT]).first("category", "Travel") == TRAVEL_VAT


def test_the_digest_changes_with_a_decision_and_not_with_the_order() -> None:
    one, other = Mappings([TRAVEL, TRAVEL_VAT]), Mappings([TRAVEL_VAT, TRAVEL])
    assert one.digest() == other.digest()
    assert one.digest() != Mappings([TRAVEL]).digest()
    assert one.digest() != Mappings([TRAVEL, Row("category", "Travel", "10", qualifier="VAT 20%")]).digest()


def test_a_label_alone_decides_nothing() -> None:
    assert Mappings([TRAVEL]).digest() == Mappings([Row("category", "Travel", "2", target_label="Other")]).digest()
