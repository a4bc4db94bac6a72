"""Runs of homozygosity: marker by marker (`runs_of_homozygosity`) or by windows (`runs_by_windows`)."""

from .consecutive_runs import RunRules, Runs, runs_of_homozygosity
from .window_runs import WindowRules, runs_by_windows

__all__ = ["RunRules", "Runs", "WindowRules", "runs_by_windows", "runs_of_homozygosity"]  # fmt: skip
