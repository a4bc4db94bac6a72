"""What a drawing must be before it bounds anything: rings that close, on the Earth."""

from bellwether.farm.places import problems
from bellwether.farm.places.geojson import MultiPolygonArea, PolygonArea, Ring
from bellwether.platform.json import json_text

#: some 1,100 km; over half a great circle an edge is not known, and what lies inside is anybody's guess
WIDEST = 10.0


def drawn(area: PolygonArea | MultiPolygonArea, field: str) -> str:
    """The area as GeoJSON text of a MultiPolygon.

    Raises:
        Broken: a ring that is open, wider than any land, or a position that is none; the finding names it.
    """
    is_multiple = isinstance(area, MultiPolygonArea)
    for n_polygon, rings in enumerate(area.polygons):
        for n_ring, ring in enumerate(rings):
            place = f"{field}.coordinates.{n_polygon}.{n_ring}" if is_multiple else f"{field}.coordinates.{n_ring}"
            for n_vertex, position in enumerate(ring):
                if abs(position[0]) > 180 or abs(position[1]) > 90:
                    raise problems.off_the_earth(f"{place}.{n_vertex}", position)
            if ring[0] != ring[-1]:
                raise problems.open_ring(place)
            if (width := widest(ring)) > WIDEST:
                raise problems.too_wide(place, width, WIDEST)
    return json_text({"type": "MultiPolygon", "coordinates": area.polygons})


def widest(ring: Ring) -> float:
    """How many degrees it spans, east to west or north to south."""
    return max(max(found) - min(found) for found in ([position[axis] for position in ring] for axis in (0, 1)))
