"""Verdicts on events of the season, each against the families and joinings that it touches."""

from uuid import UUID

from bellwether.farm.season.models import (
    ENDED,
    FOSTERED,
    LAMBED,
    MARKED,
    MEASURING,
    REPLACED,
    SCANNED,
    STARTED,
    WEANED,
    History,
)
from bellwether.farm.season.rules.at_foot import check_rearing, fostered, marked, weaned
from bellwether.farm.season.rules.case import Case
from bellwether.farm.season.rules.joinings import (
    SERVICES,
    check_parts,
    check_rams,
    lambed_since,
    part_of_joining,
    started,
)
from bellwether.farm.season.rules.lambs import measured
from bellwether.farm.season.rules.litters import check_gone, check_litters, lambed, scanned
from bellwether.sheep.findings import Finding

DIED = "animal.died"


def judged(case: Case, died: set[UUID]) -> list[Finding]:
    """Warnings; `died`: animals whose death is recorded or taken back.

    Raises:
        Broken
    """
    if case.fact is None and case.replaced is None and not died:
        return []
    history = case.season.history
    if case.replaced is not None:
        history.facts.pop(case.replaced.id, None)
    if case.fact is not None:
        history.add([case.fact])
    try:
        return found(case, history, died)
    finally:
        if case.fact is not None:
            history.without(case.fact.id)
        if case.replaced is not None:
            history.add([case.replaced])


def found(case: Case, history: History, died: set[UUID]) -> list[Finding]:
    """All rules, once the history is as it would be."""
    told: list[Finding] = []
    if case.fact is not None:
        rules = {
            STARTED: started,
            ENDED: part_of_joining,
            REPLACED: part_of_joining,
            SCANNED: scanned,
            LAMBED: lambed,
            FOSTERED: fostered,
            MARKED: marked,
            WEANED: weaned,
            **dict.fromkeys(MEASURING, measured),
        }
        rule = rules.get(case.fact.kind)
        told += [] if rule is None else rule(case, history, case.fact)
        if case.fact.kind in (*SERVICES, ENDED, REPLACED):
            told += lambed_since(case, history, case.fact)
    if case.replaced is not None:
        if case.fact is None and case.replaced.kind in (ENDED, REPLACED):
            told += lambed_since(case, history, case.replaced)
        check_rams(case, history, case.replaced)
        check_parts(history, case.replaced)
        check_gone(case, case.replaced)
    check_rearing(case, history, died)
    check_litters(case, history)
    return told
