"""A weight beside what the animal's own earlier weights foretell (I23)."""

from collections.abc import Sequence

from bellwether.farm.measurements.ledger import Measurement
from bellwether.farm.measurements.models import LastWeight
from bellwether.sheep import traits
from bellwether.sheep.findings import Finding, warning
from bellwether.sheep.traits import growth


def off_own_curve(measured: Measurement, weights: Sequence[LastWeight], field: str) -> Finding | None:
    """A weight more than a tenth off what the animal's own earlier weights foretell, strongly above a quarter."""
    if measured.trait not in traits.weights():
        return None
    expected = growth.predicted([each for each in weights if each.occurred_on < measured.date], measured.date)
    off = abs(measured.value - expected) / expected if expected else 0.0
    if not expected or off <= growth.OFF:
        return None
    code = "far_off_own_curve" if off > growth.FAR_OFF else "off_own_curve"
    text = (
        f"{measured.value:g} kg is {off:.0%} off the {expected:.1f} kg that the animal's own earlier weights foretell"
    )
    return warning(code, text, "check the animal and the value; weigh again when in doubt", field=field)
