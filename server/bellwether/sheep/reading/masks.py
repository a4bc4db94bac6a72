"""How a header says the order of its dates: `Date (dd/mm/yyyy)`, `Datum (TT.MM.JJJJ)`, `Date (jj/mm/aaaa)`."""

import re
from collections.abc import Mapping
from typing import Literal

DateOrder = Literal["ymd", "dmy", "mdy"]
LONGEST = 200
PART = r"([dtj]{1,2}|m{1,3}|[yja]{2,4})"
MASK = re.compile(
    rf"(.*?[^\s(\[{{])[\s_]*[(\[{{]?\s*(?<![^\W_]){PART}([-/.]){PART}\3{PART}\s*[)\]}}]?\s*", re.IGNORECASE
)
ORDERS: Mapping[str, DateOrder] = {
    "dmy": "dmy", "mdy": "mdy", "ymd": "ymd", "dma": "dmy", "tmj": "dmy", "jmt": "ymd", "jma": "dmy", "amj": "ymd",
    "amd": "ymd",
}  # fmt: skip


def with_order(header: str) -> tuple[str, DateOrder | None]:
    """The header without the form of its dates, and their order, if it says one."""
    match = MASK.fullmatch(header) if len(header) <= LONGEST else None
    order = ORDERS.get("".join(part[0] for part in match.group(2, 4, 5)).lower()) if match else None
    return (match[1], order) if match and order else (header, None)
