import pytest

from integrations.core.shrink import shrank


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [(None, 0, False), (0, 0, False), (0, 5, False), (1, 1, False), (1, 0, True), (2, 1, False), (10, 5, False),
     (10, 4, True), (11, 5, True), (3, 1, True), (5, 500, False)],
)  # fmt: skip
def test_a_list_shrank_when_it_lost_more_than_half(was: int | None, now: int, expected: bool) -> None:
    assert shrank(was, now) is expected
