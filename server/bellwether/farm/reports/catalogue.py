"""Every report of a farm. A new one is a file and a line here."""

from bellwether.farm.reports.declaring import Report
from bellwether.farm.reports.growth.distribution import HISTOGRAM, TARGET
from bellwether.farm.reports.growth.gain import GAIN_BY_ANIMAL, GAIN_BY_MOB
from bellwether.farm.reports.land.stocking import STOCKING

REPORTS: tuple[Report, ...] = (GAIN_BY_MOB, GAIN_BY_ANIMAL, HISTOGRAM, TARGET, STOCKING)
