"""What may be wrong with a step of a program of others."""

from bellwether.platform.problems import NotFound, Unprocessable


class NoSuchStep(NotFound):
    """The step is unknown, or another farm's; or it has no such file."""

    code, title = "no_such_step", "There is no such step or file of it, or it is not yours to see"


class ProgramMissing(Unprocessable):
    """The machine does not have the program."""

    code, title = "missing_program", "The program that this step needs is not on the path of the platform"


class StepRefused(Unprocessable):
    """What is asked cannot be had from these genotypes."""

    code, title = "step_refused", "The step was not carried out: nothing of it was kept"


class ProgramEnded(Unprocessable):
    """The program itself says no."""

    code, title = "program_failed", "The program ended with an error: nothing of the step was kept"
