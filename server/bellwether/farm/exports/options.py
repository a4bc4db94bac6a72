"""What may be said of a file that is wanted."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Encoding = Literal["utf-8", "cp1252", "utf-16"]


class Options(BaseModel):
    """How a file is written; a format refuses what it has no use for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Literal["csv", "xlsx"] = "csv"
    delimiter: Literal[",", ";", "tab", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: Encoding = "utf-8"
    traits: list[str] = Field([], max_length=100, description="Codes; all that were measured when empty")

    photos: bool = Field(True, description="Photos and papers; without them their hashes stand in the file")
    headings: dict[str, str] = Field({}, max_length=200, description="Other headings: of a field or of WWTDATE")

    @property
    def mark(self) -> str:
        """Between two cells."""
        return "\t" if self.delimiter == "tab" else self.delimiter

    def sent(self) -> dict[str, object]:
        """What was said, as JSON."""
        return self.model_dump(mode="json", exclude_unset=True)
