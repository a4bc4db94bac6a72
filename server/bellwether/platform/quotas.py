"""How much one user and one farm may have: what is asked for counts as work, not as requests."""

from dataclasses import dataclass

from bellwether.platform.problems import Conflict, Problem


@dataclass(frozen=True, slots=True)
class Quotas:
    """The numbers, from `BELLWETHER_QUOTA_...`."""

    jobs_of_user: int = 50
    jobs_of_farm: int = 100
    farms_of_user: int = 200
    stored_mb_of_farm: int = 5_000


USUAL = Quotas()


class TooManyJobs(Problem):
    """As many jobs wait or run as one may have; some of them will end."""

    status, code, title = 429, "too_many_jobs", "Too many jobs wait: let one end, or cancel one"


class QuotaReached(Conflict):
    """The user or the farm has as much as one may have."""

    code, title = "quota_reached", "You have as much of this as one may have"
