"""What may be wrong with a paddock."""

from datetime import date

from bellwether.farm.places.models import FaultRow
from bellwether.platform.problems import Conflict, RowError, Unprocessable
from bellwether.sheep.findings import Broken, Finding, broken


class PaddockExists(Conflict):
    """The id or the name is taken."""

    code, title = "paddock_exists", "The farm has a paddock of this name, or the id is taken"


class PaddockRejected(Unprocessable):
    """A rule of the drawing or of its days says no; the finding names it."""

    code, title = "paddock_rejected", "The paddock breaks a rule, so nothing was stored"

    def __init__(self, error: Broken) -> None:
        errors = [RowError(field=f.field, code=f.code, message=f.message, fix=f.fix) for f in error.findings]
        super().__init__(error.finding.message, errors=errors)


def taken(name: str) -> Finding:
    """A feature that is another paddock already."""
    fix = "rename the feature, and leave an id of another farm out; to draw it anew send it to /paddocks/{id}/versions"
    text = f"the farm has another paddock with the name {name} or with this id"
    return Finding("conflict", "paddock_exists", text, fix, "properties.name")


def open_ring(field: str) -> Broken:
    """RFC 7946, section 3.1.6."""
    fix = "end the ring with the position with which it begins"
    return broken("ring_not_closed", f"the ring {field} does not end where it begins", fix, field=field)


def off_the_earth(field: str, position: list[float]) -> Broken:
    """Degrees that nothing has; often latitude before longitude, or metres of a grid."""
    fix = "send WGS 84 degrees (EPSG:4326), the longitude first: -180 to 180, then the latitude: -90 to 90"
    text = f"the position {field} lies at longitude {position[0]:g}, latitude {position[1]:g}"
    return broken("out_of_range", text, fix, field=field)


def too_wide(field: str, width: float, widest: float) -> Broken:
    """More than land of one farm; as a rule a ring over the antimeridian, whose inside nobody can tell."""
    text = f"the ring {field} spans {width:g} degrees, and no paddock spans more than {widest:g}"
    fix = "check its positions; an area over 180 degrees of longitude is a MultiPolygon of two, parted there"
    return broken("out_of_range", text, fix, field=field)


def bounds_nothing(fault: FaultRow, field: str, *, is_multiple: bool) -> Broken:
    """A drawing that has no inside."""
    text, where = fault.reason.lower(), field
    if fault.vertex is not None and fault.longitude is not None and fault.latitude is not None:
        polygon = f".{fault.polygon}" if is_multiple else ""
        where = f"{field}{polygon}.{fault.ring}.{fault.vertex}"
        text += f" in polygon {fault.polygon}, ring {fault.ring}, next to vertex {fault.vertex} (counted from 0)"
        text += f", at longitude {fault.longitude:.7g}, latitude {fault.latitude:.7g}"
    fix = "draw rings that neither cross nor touch themselves, with holes inside the outer ring"
    return broken("geometry_invalid", text, fix, field=where)


def not_later(valid_from: date, field: str) -> Broken:
    """A drawing that begins before the one which it follows."""
    fix = f"send a day after {valid_from}"
    return broken("version_order", f"the last drawing of the paddock is of {valid_from}", fix, field=field)


def in_the_future(day: date, today: date, field: str) -> Broken:
    """A drawing of a fence that does not stand yet."""
    text = f"{day} is in the future: it is {today} on the farm"
    return broken("date_impossible", text, "send today or a day before it", field=field)


class BoxTurned(Unprocessable):
    """A part of the map whose south lies north of its north."""

    code, title = "box_turned", "The part of the map ends in the south of where it begins"

    def __init__(self, south: float, north: float) -> None:
        text = f"south is {south:g} and north is {north:g}"
        fix = "send the smaller latitude as south; west may be greater than east over 180 degrees of longitude"
        super().__init__(text, errors=[RowError(field="north", code="out_of_range", message=text, fix=fix)])
