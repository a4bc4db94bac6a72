"""Genome-wide association: `associate`, and `associate_leaving_out` without the chromosome in the relationships."""

from .leave_chromosome_out import associate_leaving_out
from .scan import Association, associate, inflation

__all__ = ["Association", "associate", "associate_leaving_out", "inflation"]  # fmt: skip
