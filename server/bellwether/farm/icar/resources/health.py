"""Findings, treatments and condition scores of one animal."""

from typing import Literal

from pydantic import AwareDatetime

from bellwether.farm.icar.resources.core import Icar, IcarAnimalEvent


class IcarFinding(Icar):
    """icarDiagnosisType."""

    id: str
    name: str
    severity: Literal["Light", "Moderate", "Severe"] | None = None


class IcarDiagnosis(IcarAnimalEvent):
    """icarDiagnosisEventResource."""

    resource_type: Literal["DiagnosisEvent"] = "DiagnosisEvent"
    diagnoses: list[IcarFinding]


class IcarMedicine(Icar):
    """icarMedicineReferenceType."""

    name: str


class IcarBatch(Icar):
    """icarMedicineBatchType."""

    identifier: str
    expiry_date: AwareDatetime | None = None


class IcarDose(Icar):
    """icarMedicineDoseType."""

    dose_quantity: float
    dose_units: Literal["MLT", "LTR", "MGM", "GRM"]


class IcarWithdrawal(Icar):
    """icarMedicineWithdrawalType; without an end nobody knows one."""

    product_type: Literal["Meat", "Milk"]
    market: str | None = None
    end_date: AwareDatetime | None = None


class IcarTreatment(IcarAnimalEvent):
    """icarTreatmentEventResource."""

    resource_type: Literal["TreatmentEvent"] = "TreatmentEvent"
    medicine: IcarMedicine
    procedure: str | None = None
    batches: list[IcarBatch] | None = None
    withdrawals: list[IcarWithdrawal]
    dose: IcarDose | None = None


class IcarConformationScore(IcarAnimalEvent):
    """icarConformationScoreEventResource; the scale of a condition score is its trait label."""

    resource_type: Literal["ConformationScoreEvent"] = "ConformationScoreEvent"
    trait_scored: Literal["BodyConditionScore"] = "BodyConditionScore"
    score: float
