"""Who gets a name that several want, and in which order: against writing one by one in a world of unique names."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.syncs.accountsiq_expensein.names import Claim, Verdict, settle_names
from tests.syncs.accountsiq_expensein.worlds import Step, World, assert_right, shuffles, worlds, written

MANY = settings(max_examples=300, deadline=None, derandomize=True)


def claims_of(world: World) -> list[Claim]:
    """Those who want a name that somebody else holds or wants too."""
    movers = world.movers
    by_id = {world.partner[key]: key for key in movers if key in world.partner}
    found = []
    for order, key in enumerate(world.wanted):
        name, target = world.wanted[key], world.partner.get(key, "")
        holder = next((id for id, held in world.held.items() if held == name and id != target), "")
        rivals = [other for other in movers if world.wanted[other] == name]
        if key in movers and (holder or len(rivals) > 1):
            found.append(Claim(key, name, order, target, holder, by_id.get(holder, "")))
    inside = {claim.key for claim in found}
    return [
        claim
        if not claim.holder_key or claim.holder_key in inside
        else Claim(claim.key, claim.wanted, claim.order, claim.target, claim.holder, "", True)
        for claim in found
    ]


def steps_of(world: World, claims: list[Claim], verdicts: dict[str, Verdict]) -> list[Step]:
    """In the order in which a run writes: by rank, then by the list; who is not contested has rank 0."""
    holders = {claim.key: claim.holder for claim in claims}
    free = [Step(key) for key in world.movers if key not in holders]
    getting = sorted((verdict.rank, key, verdict.park) for key, verdict in verdicts.items() if verdict.gets_it)
    return free + [Step(key, holders[key] if park else "") for _, key, park in getting]


def settled(world: World) -> set[str]:
    """Settles the world, checks all that must hold, and tells who got the wanted name."""
    claims = claims_of(world)
    verdicts = settle_names(claims)
    assert verdicts.keys() == {claim.key for claim in claims}
    steps = steps_of(world, claims, verdicts)
    getting = {step.key for step in steps}
    assert_right(world, written(world, steps), getting | (set(world.wanted) - set(world.movers)))
    return getting


@MANY
@given(worlds())
def test_writing_by_rank_never_clashes_and_touches_nobody_else(world: World) -> None:
    settled(world)


@MANY
@given(shuffles())
def test_swaps_and_cycles_of_any_length_end_right_for_everybody(world: World) -> None:
    assert settled(world) == set(world.movers)


@MANY
@given(worlds())
def test_a_name_that_nobody_keeps_is_got_by_somebody(world: World) -> None:
    """Unless all who want it wait for each other behind one who does not get his own."""
    getting = settled(world)
    for name in {world.wanted[key] for key in world.movers}:
        if name not in world.held.values():
            assert any(world.wanted[key] == name for key in getting)


@MANY
@given(worlds(), st.randoms(use_true_random=False))
def test_the_verdicts_do_not_depend_on_the_order_in_which_claims_are_told(world: World, random: Random) -> None:
    claims = claims_of(world)
    assert settle_names(random.sample(claims, len(claims))) == settle_names(claims)


def test_one_that_exists_goes_before_one_that_is_new_and_then_the_first_of_the_list() -> None:
    claims = [Claim("new", "n", 0), Claim("first", "n", 1, "t1"), Claim("second", "n", 2, "t2")]
    verdicts = settle_names(claims)
    assert verdicts["first"].gets_it
    assert verdicts["new"].taken_by == verdicts["second"].taken_by == "first"


def test_a_chain_whose_end_cannot_move_moves_nobody() -> None:
    claims = [Claim("a", "B", 0, "t1", "t2", "b"), Claim("b", "C", 1, "t2", "by hand")]
    assert settle_names(claims) == {"a": Verdict(held=True), "b": Verdict(held=True)}


def test_only_one_of_a_cycle_has_to_be_parked() -> None:
    claims = [Claim(key, after, n, f"t{n}", f"t{(n + 1) % 4}", "abcd"[(n + 1) % 4])
              for n, (key, after) in enumerate(zip("abcd", "BCDA", strict=True))]  # fmt: skip
    verdicts = settle_names(claims)
    assert [verdict.park for verdict in verdicts.values()].count(True) == 1
    assert all(verdict.gets_it for verdict in verdicts.values())


def test_a_chain_of_a_thousand_is_settled() -> None:
    claims = [Claim(str(n), f"name {n + 1}", n, f"t{n}", f"t{n + 1}", str(n + 1)) for n in range(1000)]
    claims.append(Claim("1000", "free", 1000, "t1000"))
    verdicts = settle_names(claims)
    assert all(verdict.gets_it for verdict in verdicts.values())
    assert verdicts["1000"].rank < verdicts["0"].rank
