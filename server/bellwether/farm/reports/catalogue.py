"""Every report of a farm. A new one is a file and a line here."""

from bellwether.farm.reports.breeding.ewes import CULL_LIST, EWE_TABLE
from bellwether.farm.reports.breeding.families import LINKAGE, SIRE_TABLE
from bellwether.farm.reports.breeding.inbreeding import INBREEDING
from bellwether.farm.reports.breeding.syndicates import SYNDICATES
from bellwether.farm.reports.breeding.trend import FLOCK_TREND, GENETIC_TREND
from bellwether.farm.reports.declaring import Report
from bellwether.farm.reports.growth.any_trait import SPREAD
from bellwether.farm.reports.growth.curves import CURVES
from bellwether.farm.reports.growth.distribution import HISTOGRAM, TARGET
from bellwether.farm.reports.growth.draft import DRAFT
from bellwether.farm.reports.growth.gain import GAIN_BY_ANIMAL, GAIN_BY_MOB
from bellwether.farm.reports.growth.weaning import WEANING
from bellwether.farm.reports.herd.mortality import MORTALITY
from bellwether.farm.reports.herd.quality import QUALITY
from bellwether.farm.reports.herd.withdrawals import WITHDRAWALS
from bellwether.farm.reports.herd.wool import WOOL
from bellwether.farm.reports.herd.worms import WORMS
from bellwether.farm.reports.land.reconciliation import RECONCILIATION
from bellwether.farm.reports.land.stocking import STOCKING
from bellwether.farm.reports.season.efficiency import EFFICIENCY
from bellwether.farm.reports.season.rates import RATES
from bellwether.farm.reports.trade.margins import MARGINS

GROWTH = (GAIN_BY_MOB, GAIN_BY_ANIMAL, CURVES, HISTOGRAM, TARGET, SPREAD, DRAFT, WEANING)
BREEDING = (SIRE_TABLE, LINKAGE, SYNDICATES, INBREEDING, EWE_TABLE, CULL_LIST, GENETIC_TREND)
HERD = (MORTALITY, WITHDRAWALS, QUALITY, WORMS, WOOL, STOCKING, RECONCILIATION, FLOCK_TREND)
SEASON = (RATES, EFFICIENCY)
MONEY = (MARGINS,)
REPORTS: tuple[Report, ...] = (*GROWTH, *BREEDING, *HERD, *SEASON, *MONEY)
