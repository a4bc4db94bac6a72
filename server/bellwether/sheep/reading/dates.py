"""Dates as farms write them: the order of day, month and year is proved by a whole column, or asked for."""

from typing import Literal

DateOrder = Literal["ymd", "dmy", "mdy"]
