"""Nothing of a feed is lost or told twice: ties, late commits, many in one second, edits in the second of the read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.core.cursor import SURE, Feed, Mark, Reader, is_over

OVERLAP, FEW, BEGAN = 60, 4, 1_000


@dataclass
class Vendor:
    """Versions of records: from when each can be read, its stamp, the record's id, a number. Answers have `size` rows.
    `ids`: a place in the list is named by stamp and id; else by the second, inclusive."""

    size: int = 3
    now: int = BEGAN
    versions: list[tuple[int, int, str, int]] = field(default_factory=list)
    ids: bool = True

    def write(self, id: str, late: int = 0) -> None:
        self.versions.append((self.now + late, self.now, id, len(self.versions)))

    def may_write(self, id: str, late: int) -> bool:
        """Not while another transaction holds the record; none lingers that began in the second of its last edit."""
        return not any(
            visible > self.now or (late and stamp == self.now) for visible, stamp, of, _ in self.versions if of == id
        )

    def rows(self, after: Mark) -> list[tuple[int, str, int]]:
        """The last visible version of each record, in order. A record that is changed leaves its old place."""
        held: dict[str, tuple[int, str, int]] = {}
        for visible, stamp, id, version in sorted(self.versions, key=lambda one: one[3]):
            if visible <= self.now:
                held[id] = (stamp, id, version)
        return sorted(row for row in held.values() if row[:2] > (after.stamp, after.id if self.ids else ""))

    def pages(self, after: Mark) -> Iterator[list[tuple[int, str, int]]]:
        rows = self.rows(after)
        yield from (rows[start : start + self.size] for start in range(0, max(len(rows), 1), self.size))


@dataclass
class Portal:
    vendor: Vendor
    feed: Feed
    told: list[tuple[str, int]] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)
    answers: int = 0

    def read(self, *, pages: int = 1_000, onwards: bool = False, horizon: int | None = None) -> int:
        """A run; after `pages` pages it crashes. How many records it looked at. A record whose values are known from
        before is looked at in vain, as in a real run, and tells nothing."""
        reader = Reader(self.feed, overlap=OVERLAP, few=FEW, now=float(self.vendor.now), onwards=onwards)
        for number, page in enumerate(self.vendor.pages(reader.began), start=1):
            self.answers += 1
            for stamp, id, version in page:
                if reader.see(id, stamp, self.vendor.now) and self.settled.get(id) != version:
                    self.told.append((id, version))
                    self.settled[id] = version
                over = not self.vendor.ids and is_over(stamp, self.vendor.now)
                reader.advance(Mark(stamp + over, id if self.vendor.ids else ""))
            self.feed = self.kept(reader.halfway())
            if number == pages:
                return reader.fresh
        self.feed = self.kept(reader.reached(horizon))
        return reader.fresh

    @staticmethod
    def kept(feed: Feed) -> Feed:
        back = Feed.from_json(feed.as_json())
        assert back == feed
        return back

    def last(self) -> dict[str, int]:
        return dict(self.told)


def portal(**values: object) -> Portal:
    vendor = Vendor(**values)  # type: ignore[arg-type]
    feed = Feed.after_whole(BEGAN, {}, start=BEGAN - OVERLAP, overlap=OVERLAP, few=FEW, now=float(BEGAN))
    vendor.now += 10
    return Portal(vendor, feed)


@pytest.mark.parametrize("ids", [True, False])
def test_of_many_in_one_second_each_is_told_once_and_then_all_is_quiet(ids: bool) -> None:
    one = portal(ids=ids)
    for number in range(20):
        one.vendor.write(f"{number:02}")
    one.vendor.now += SURE
    one.read()
    assert sorted(one.told) == [(f"{number:02}", number) for number in range(20)]
    before = one.answers
    assert (one.read(), one.read(), one.answers - before) == (0, 0, 2)


def test_a_crash_after_the_third_page_of_one_second_goes_on_with_the_fourth() -> None:
    one = portal(size=5)
    for number in range(50):
        one.vendor.write(f"{number:02}")
    one.vendor.now += SURE
    assert one.read(pages=3) == 15
    assert one.read() == 35
    assert len(one.told) == len(set(one.told)) == 50


@pytest.mark.parametrize("late", [1, SURE, OVERLAP - 1])
@pytest.mark.parametrize("others", [0, 1, FEW + 1])
def test_a_record_that_becomes_visible_late_is_told_however_many_others_are_remembered(late: int, others: int) -> None:
    one = portal()
    one.vendor.write("late", late=late)
    for number in range(others):
        one.vendor.write(str(number))
    one.vendor.now += SURE
    for _ in range(3):
        one.read()
        one.vendor.now += OVERLAP // 2
    one.read()
    assert "late" in one.last()


def test_a_record_that_becomes_visible_late_is_told_though_newer_ones_came_while_many_were_left_out() -> None:
    one = portal()
    for number in range(2 * FEW):
        one.vendor.write(str(number))
    one.vendor.now += SURE
    one.read()  # many: the overlap is left out until it is over
    one.vendor.write("late", late=OVERLAP - 1)
    one.vendor.now += OVERLAP - 5
    one.vendor.write("newer")
    one.vendor.write("as late", late=OVERLAP - 1)
    one.vendor.now += SURE
    one.read()
    for _ in range(4):
        one.vendor.now += OVERLAP // 3
        one.read()
    assert {"late", "newer", "as late"} <= set(one.last())


def test_an_edit_in_the_second_in_which_the_record_was_read_is_told() -> None:
    one = portal()
    one.vendor.write("a")
    one.read()
    one.vendor.write("a")
    one.read()
    one.vendor.now += 1
    one.read()
    assert one.told == [("a", 0), ("a", 1)]


def test_after_a_bulk_load_a_look_costs_one_answer_and_the_overlap_is_read_once_more() -> None:
    one = portal(size=10)
    for number in range(100):
        one.vendor.write(f"{number:03}")
    one.vendor.now += SURE
    one.read()
    costs = []
    for _ in range(12):
        before = one.answers
        one.vendor.now += 10
        one.read()
        costs.append(one.answers - before)
    assert sorted(costs) == [1] * 11 + [10]


def test_a_sweep_passes_what_is_newest_and_still_knows_what_was_remembered() -> None:
    one = portal()
    one.vendor.write("a")
    one.vendor.now += SURE
    one.read()
    one.vendor.write("b")
    one.vendor.now += SURE
    assert one.read(onwards=True) == 1
    assert one.read() == 0


def test_a_record_that_the_vendor_says_is_not_visible_yet_is_waited_for() -> None:
    one = portal()
    one.vendor.write("late", late=3 * OVERLAP)
    horizon = one.vendor.now - 1
    for _ in range(4):
        one.vendor.now += OVERLAP
        one.vendor.write("other")
        one.vendor.now += SURE
        one.read(horizon=horizon)
    assert "late" in one.last()


def test_after_everything_was_read_only_what_changed_since_is_told() -> None:
    one = portal()
    one.vendor.write("old")
    one.vendor.now += SURE
    one.vendor.write("young")
    one.settled = {"old": 0, "young": 1}
    stamps = {id: stamp for stamp, id, _ in one.vendor.rows(Mark(0))}
    now = one.vendor.now
    one.feed = Feed.after_whole(now, stamps, start=now - OVERLAP, overlap=OVERLAP, few=FEW, now=float(now))
    one.vendor.write("young")
    one.vendor.now += SURE
    assert (one.read(), one.told) == (1, [("young", 2)])
    assert one.read() == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("abcdefghijkl"), st.sampled_from([0, 0, 1, 7, OVERLAP - 1])),
        st.tuples(st.just("wait"), st.sampled_from([0, 1, 1, 2, 5, 30, OVERLAP]), st.none()),
        st.tuples(st.just("read"), st.sampled_from([1, 2, 3, 1_000, 1_000]), st.booleans()),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(STEPS, st.integers(1, 6), st.booleans())
def test_whatever_happens_the_last_version_of_each_record_is_told_and_none_twice(
    steps: list[tuple[str, object, object]], size: int, ids: bool
) -> None:
    one = portal(size=size, ids=ids)
    for what, first, second in steps:
        if what == "write" and one.vendor.may_write(str(first), late := int(str(second))):
            one.vendor.write(str(first), late)
        elif what == "wait":
            one.vendor.now += int(str(first))
        elif what == "read" and (ids or first == 1_000):  # a list without marks by id keeps nothing halfway
            one.read(pages=int(str(first)), onwards=bool(second) and first == 1_000)
    for _ in range(4):
        one.vendor.now += OVERLAP
        one.read()
    assert one.last() == {id: version for _, id, version in one.vendor.rows(Mark(0))}
    assert len(one.told) == len(set(one.told))
    assert one.read() == 0
