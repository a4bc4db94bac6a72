"""What may be wrong with an organisation."""

from bellwether.platform.problems import Conflict, NotAllowed


class OrganisationExists(Conflict):
    """An organisation with this id exists, perhaps somebody else's."""

    code, title = "organisation_exists", "An organisation with this id exists: send a new id, or none"


class FarmInOrganisation(Conflict):
    """It is there already."""

    code, title = "farm_in_organisation", "The organisation has this farm already"


class LastOrganisationOwner(Conflict):
    """Nobody would be left to grant access."""

    code, title = "last_owner", "An organisation keeps at least one owner: make somebody else an owner first"


class OrganisationOwnersOnly(NotAllowed):
    """A worker wants to do what is the owner's."""

    code, title = "owners_only", "Only an owner of the organisation may do this"
