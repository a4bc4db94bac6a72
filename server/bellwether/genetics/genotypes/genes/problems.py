"""What may be wrong with results of single genes."""

from bellwether.platform.problems import Unprocessable


class ResultsRefused(Unprocessable):
    """Some rows are wrong, and none was kept."""

    code, title = "results_refused", "Some results are wrong: none was kept"
