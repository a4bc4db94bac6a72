"""What the worker runs for genetics."""

from functools import partial
from pathlib import Path

from bellwether.genetics.connectedness import job as connectedness
from bellwether.genetics.definitions import rerunning
from bellwether.genetics.evaluations.flock_states import MARKING, OWN, mark_stale
from bellwether.genetics.evaluations.job import KIND, evaluate_flock
from bellwether.genetics.genotypes.exporting import job as genotype_export
from bellwether.genetics.genotypes.importing import job as genotype_import
from bellwether.genetics.genotypes.merges import following as merges
from bellwether.genetics.joint_runs import job as joint_runs
from bellwether.genetics.matings.planning import CONTRIBUTIONS, MATING_PLAN, plan_contributions, plan_matings
from bellwether.genetics.parentage import checking
from bellwether.genetics.pedigree.analysis import KIND as PEDIGREE
from bellwether.genetics.pedigree.analysis import analyse_pedigree
from bellwether.genetics.programs import job as program_step
from bellwether.genetics.schedules import striking
from bellwether.genetics.table_runs.job import KIND as TABLES
from bellwether.genetics.table_runs.job import evaluate_tables
from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker import persons
from bellwether.platform.worker.timers import Timer

FORGET = persons.forgetting("genetics", ("delete from genetics.kept_search where user_id = :person",))


def consumers() -> list[Consumer]:
    """Events that genetics reacts to."""
    stale = Consumer(
        service="genetics", name="genetics-stale", stream="FARM", types=MARKING, handle=mark_stale, reads_data=False
    )
    genotyped = Consumer(
        service="genetics",
        name="genetics-stale-genotypes",
        stream="GENETICS",
        types=OWN,
        handle=mark_stale,
        reads_data=False,
    )
    return [stale, genotyped, *rerunning.CONSUMERS, merges.CONSUMER, persons.consumer("genetics", FORGET)]


def timers() -> list[Timer]:
    """What genetics does by the clock."""
    return [striking.TIMER, persons.timer("genetics", FORGET, PlatformSettings())]


def kinds(data_dir: Path | None = None) -> list[JobKind]:
    """Long work that genetics offers; its work files lie in the folder of the platform's data."""
    place = data_dir or PlatformSettings().data_dir
    work = {
        KIND: evaluate_flock,
        TABLES: evaluate_tables,
        joint_runs.KIND: joint_runs.evaluate_together,
        genotype_import.KIND: genotype_import.import_genotypes,
        genotype_export.KIND: genotype_export.export_genotypes,
        program_step.KIND: program_step.run_step,
    }
    with_files = [JobKind(name, service="genetics", run=partial(run, data_dir=place)) for name, run in work.items()]
    plain = {PEDIGREE: analyse_pedigree, MATING_PLAN: plan_matings, CONTRIBUTIONS: plan_contributions}
    plain |= {checking.KIND: checking.check_parentage, connectedness.KIND: connectedness.compare}
    return [*with_files, *(JobKind(name, service="genetics", run=run) for name, run in plain.items())]
