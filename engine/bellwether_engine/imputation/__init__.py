"""Missing calls filled in from relatives and from other animals: `impute`, and how well it does."""

from .imputation import Imputed, impute
from .masking import Accuracy, ImputationAccuracy, hide_calls, imputation_accuracy

__all__ = ["Accuracy", "ImputationAccuracy", "Imputed", "hide_calls", "imputation_accuracy", "impute"]  # fmt: skip
