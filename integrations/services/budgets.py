"""Call budgets, one row for each vendor account, shared by all processes of the installation."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from integrations.core.errors import BudgetExhausted
from integrations.models import Budget
from integrations.vendors.base import Vendor, Window

MARGIN = 0.25
"""Seconds added to each documented window: the vendor counts by its own clock, at arrival."""
LOOK_EVERY = 1.0
"""Seconds after which a process that counts no calls looks again at what others learned of the allowance."""


def window_wait(sent: list[float], windows: tuple[Window, ...], now: float) -> float:
    """Seconds until one more call keeps within every window. `sent`: unix times, oldest first."""
    waits = [0.0]
    for window in windows:
        if len(sent) >= window.calls:
            waits.append(sent[-window.calls] + window.seconds + MARGIN - now)
    return max(waits)


class SharedPacer:
    """`Pacer` of http.py over the row of one account. Short transactions, never held across a call."""

    def __init__(self, key: str, vendor: Vendor) -> None:
        self.key = key
        self.vendor = vendor
        self.seen: tuple[int | None, int | None] = (None, None)
        self.look_at = 0.0

    def acquire(self) -> float:
        if not self.vendor.windows:
            return self._look()
        with transaction.atomic():
            budget = Budget.objects.select_for_update().get_or_create(key=self.key)[0]
            self._refuse_if_spent(budget)
            now = time.time()
            wait = window_wait(budget.sent, self.vendor.windows, now)
            if wait > 0:
                return wait
            self._count(budget, now)
        return 0.0

    def _look(self) -> float:
        """Where no window is documented, no call is counted: only the vendor's own word may stop the next one."""
        now = time.monotonic()
        if now >= self.look_at:
            budget = Budget.objects.filter(key=self.key).first()
            if budget:
                self._refuse_if_spent(budget)
            self.look_at = now + LOOK_EVERY
        return 0.0

    def _count(self, budget: Budget, now: float) -> None:
        longest = max(window.seconds for window in self.vendor.windows) + MARGIN
        budget.sent = [*(moment for moment in budget.sent if moment > now - longest), now]
        budget.save(update_fields=["sent", "updated_at"])

    def _refuse_if_spent(self, budget: Budget) -> None:
        until = budget.blocked_until
        if budget.remaining is not None and budget.remaining <= self._reserve(budget.limit) and budget.reset_at:
            until = max(filter(None, (until, budget.reset_at)))
        if until and until > timezone.now():
            seconds = (until - timezone.now()).total_seconds()
            raise BudgetExhausted(
                f"{self.vendor.label} allows no more calls until {until:%H:%M} UTC. The sync goes on by itself then.",
                f"remaining {budget.remaining} of {budget.limit}",
                "budget",
                retry_after=seconds + 1,
            )

    def _reserve(self, limit: int | None) -> int:
        """Left to the vendor's other users: the declared reserve, at most a tenth of a small allowance."""
        return min(self.vendor.reserve, limit // 10) if limit else self.vendor.reserve

    def observe(self, *, limit: int | None, remaining: int | None, reset_in: float | None) -> None:
        """Stored when it tells something: every 25th call, when little is left, and when nothing is."""
        low = remaining is not None and remaining <= self._reserve(limit) + 25
        if not low and remaining is not None and self.seen[0] == limit and self.seen[1] is not None:
            if 0 <= self.seen[1] - remaining < 25:
                return
        self.seen, self.look_at = (limit, remaining), 0.0
        reset_at = timezone.now() + timedelta(seconds=reset_in) if reset_in is not None else None
        Budget.objects.update_or_create(
            key=self.key,
            defaults={"limit": limit, "remaining": remaining, "reset_at": reset_at},
        )
