"""The shared call budget: documented windows, the vendor's own word, all processes alike."""

import time
from typing import Any

import pytest
from django.utils import timezone

from integrations import registry
from integrations.core.errors import BudgetExhausted
from integrations.models import Budget
from integrations.services.budgets import MARGIN, SharedPacer, window_wait
from integrations.vendors.base import Window

WINDOWS = (Window(5, 10.0), Window(20, 60.0))


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], 0),
        ([1, 1, 1, 1], 0),
        ([4, 3, 2, 1, 1], 6 + MARGIN),
        ([11, 3, 2, 1, 1], 0),
        ([70] * 15 + [9] * 5, 1 + MARGIN),
        ([50] * 16 + [11] * 4, 10 + MARGIN),
    ],
)
def test_a_call_waits_until_it_fits_every_window(ages: list[float], wait: float) -> None:
    assert window_wait([1000 - age for age in ages], WINDOWS, 1000) == pytest.approx(max(wait, 0))


@pytest.mark.django_db
def test_two_processes_share_one_window() -> None:
    one, other = (SharedPacer("ieatta:pair", registry.vendor("ieatta")) for _ in range(2))
    assert [one.acquire(), other.acquire(), one.acquire(), other.acquire(), one.acquire()] == [0] * 5
    assert 9 < other.acquire() <= 10 + MARGIN


@pytest.mark.django_db
def test_another_account_has_its_own_window() -> None:
    vendor = registry.vendor("ieatta")
    for _ in range(5):
        SharedPacer("ieatta:one", vendor).acquire()
    assert SharedPacer("ieatta:two", vendor).acquire() == 0


@pytest.mark.django_db
def test_a_used_up_allowance_is_held_until_its_reset() -> None:
    pacer = SharedPacer("accelo:acme", registry.vendor("accelo"))
    assert pacer.acquire() == 0
    pacer.observe(limit=5000, remaining=0, reset_in=120)
    with pytest.raises(BudgetExhausted) as caught:
        SharedPacer("accelo:acme", registry.vendor("accelo")).acquire()
    assert 119 < (caught.value.retry_after or 0) <= 122
    assert "goes on by itself" in caught.value.message
    Budget.objects.update(reset_at=timezone.now())
    assert pacer.acquire() == 0


@pytest.mark.django_db
def test_old_calls_are_forgotten() -> None:
    Budget.objects.create(key="ieatta:pair", sent=[time.time() - 300] * 50)
    assert SharedPacer("ieatta:pair", registry.vendor("ieatta")).acquire() == 0
    assert len(Budget.objects.get().sent) == 1


@pytest.mark.django_db
def test_a_vendor_without_windows_is_not_looked_up_for_every_call(django_assert_num_queries: Any) -> None:
    pacer = SharedPacer("accelo:acme", registry.vendor("accelo"))
    with django_assert_num_queries(1):
        assert [pacer.acquire() for _ in range(20)] == [0] * 20


@pytest.mark.django_db
def test_what_a_process_learns_itself_stops_its_very_next_call() -> None:
    pacer = SharedPacer("accelo:acme", registry.vendor("accelo"))
    assert pacer.acquire() == 0
    pacer.observe(limit=5000, remaining=0, reset_in=120)
    with pytest.raises(BudgetExhausted):
        pacer.acquire()
