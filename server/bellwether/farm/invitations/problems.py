"""What may be wrong with an invitation."""

from bellwether.platform.problems import Conflict, NotAllowed, NotFound


class InvitationUnknown(NotFound):
    """Never made, used, withdrawn, expired, or for another address: nobody is told which."""

    code, title = (
        "invitation_unknown",
        "There is no such invitation for your address: ask its sender for a new one",
    )


class AddressNotVerified(NotAllowed):
    """Anybody can register with anybody's address."""

    code = "address_not_verified"
    title = "Your address has not been verified yet: ask the operator of this platform, then accept again"


class AlreadyMember(Conflict):
    """An invitation never changes a role."""

    code, title = "already_member", "You belong to this farm already: its owner can change your role"


class TooManyInvitations(Conflict):
    """So many people do not work on one farm."""

    code, title = "too_many_invitations", "This farm has 100 open invitations: withdraw some first"
