"""What can be wrong with a project."""

from bellwether.platform.problems import Conflict, NotAllowed, NotFound, RowError, Unprocessable


class NoSuchProject(NotFound):
    """Absent, or the caller is not a member."""

    code, title = "project_not_found", "There is no such project, or you are not one of its members"


class RoleTooLow(NotAllowed):
    """A member without the role for this."""

    code, title = "project_role_too_low", "Your role in this project does not allow this: ask one of its leads"


class ProjectExists(Conflict):
    """The id is taken."""

    code, title = "project_exists", "A project with this id exists already: make a new id"


class LeadRequired(Conflict):
    """The last lead would go."""

    code, title = "project_needs_lead", "A project needs a lead: make another member lead first"


class EndsBeforeStart(Unprocessable):
    """The dates are the wrong way round."""

    code, title = "ends_before_start", "The project would end before it starts"

    def __init__(self) -> None:
        fix = "Send an ends_on that is not before starts_on"
        super().__init__(errors=[RowError(field="ends_on", code=self.code, message=self.title, fix=fix)])


class FieldRequired(Unprocessable):
    """A field that every project has was sent as null."""

    code, title = "field_required", "This field cannot be empty"

    def __init__(self, field: str) -> None:
        fix = "Leave the field out to keep its value"
        super().__init__(errors=[RowError(field=field, code=self.code, message=self.title, fix=fix)])


class NoSuchMember(NotFound):
    """The user is not a member."""

    code, title = "member_not_found", "This user is not a member of the project"


class MemberTwice(Unprocessable):
    """One user, two entries."""

    code, title = "member_twice", "A user is listed twice, or the owner is listed with a role other than lead"
