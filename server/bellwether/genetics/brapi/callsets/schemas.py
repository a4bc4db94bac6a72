"""Call sets on the wire."""

from pydantic import Field

from bellwether.platform.brapi.wire import Wire


class CallSet(Wire):
    """A sample whose calls count."""

    call_set_db_id: str = Field(description="That of its sample")
    call_set_name: str
    sample_db_id: str
    variant_set_db_ids: list[str] = Field(description="Chips on which its calls count")
    created: str
    additional_info: dict[str, str]
