"""What may be wrong with a device."""

from bellwether.platform.problems import Conflict


class NotYourDevice(Conflict):
    """Ids of devices are not shared."""

    code, title = "not_your_device", "Another user has a device with this id: make a new id for this user"


class UnsentRows(Conflict):
    """Signing out would lose what somebody did."""

    code, title = "unsent_rows", "Rows of this device were not sent yet: send them, or sign out with abandon=true"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} rows of this device were not sent yet: send them, or sign out with abandon=true")
