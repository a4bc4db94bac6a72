"""What stops a joint run names the asker's own animals, and of others only that they are theirs."""

from dataclasses import replace

import pytest
from bellwether.genetics.evaluations.problems import PedigreeContradiction
from bellwether.genetics.joint_runs.solving import HIDDEN, evaluated
from bellwether.modelling.across.merging import FarmRecords, together
from bellwether.modelling.flocks.flock_data import Animal, Measurement
from bellwether.modelling.flocks.plan import plan_of
from bellwether.sheep.traits import TRAITS

RAM, OLD = ("std.iso.11785", "985000000000017"), ("std.iso.11785", "985000000000018")


class Dictionary:
    """One trait as the dictionary has it."""

    code, reference_age_days, farm, additive_variance, residual_variance, correlations = "WWT", 90, None, 5.5, 16.5, ()


def farm_of(name: str, parents: dict[str, str]) -> FarmRecords:
    """A farm with two rams, known everywhere, a further one, and lambs of a ram."""
    flock = f"{name}-flock"
    rams = [Animal(f"{name}-{each}", flock, "male", tag=f"{name.upper()} {each}") for each in ("ram", "old", "own")]
    rams = [replace(ram, sire_id=parents.get(ram.id)) for ram in rams]
    lambs = [Animal(f"{name}-l{i}", flock, "female", 1, sire_id=f"{name}-ram", tag=f"l{i}") for i in range(12)]
    measured = [
        Measurement(f"{name}-m{i:02}", each.id, "WWT", 30.0 + i, "2020-01-01", 90, "g") for i, each in enumerate(lambs)
    ]
    numbers = {f"{name}-ram": frozenset({RAM}), f"{name}-old": frozenset({OLD})}
    return FarmRecords(name, (flock,), [*rams, *lambs], measured, numbers, {})


@pytest.mark.parametrize(("asker", "names"), [("a", {"A ram", "A old"}), ("b", {"B ram", "B old", "B own"})])
def test_a_loop_over_two_farms_is_told_by_the_names_that_the_asker_knows(asker: str, names: set[str]) -> None:
    """At one farm the ram descends from the old one, at the other the old one, by a ram of its own, from the ram."""
    assert "WWT" in TRAITS
    found = together([farm_of("a", {"a-ram": "a-old"}), farm_of("b", {"b-old": "b-own", "b-own": "b-ram"})])
    plan = plan_of("a-flock", [Dictionary()], ["WWT"], "none")
    with pytest.raises(PedigreeContradiction) as caught:
        evaluated(found, plan, asker, lambda _share, _step: None)
    told = {row.field for row in caught.value.errors}
    assert told == names | ({HIDDEN} if asker == "a" else set())
    others = {"A ram", "A old", "B ram", "B old", "B own"} - names
    text = str([caught.value.detail, *(row.message for row in caught.value.errors)])
    assert not any(other in text for other in others)
