"""Use-cases of who works on a project. Only a lead changes them."""

from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.research.projects import repository
from bellwether.research.projects.problems import LeadRequired, NoSuchMember
from bellwether.research.projects.schemas import Project, Role
from bellwether.research.projects.service import EDITORS, LEADS, Check, for_change, get

ANY_ROLE = EDITORS | {Role.viewer}


async def put(session: Session, context: Context, project_id: UUID, user_id: UUID, role: Role, check: Check) -> Project:
    """Add a member, or give one another role."""
    project = await for_change(session, context, project_id, check, LEADS)
    if role is not Role.lead:
        check_lead_stays(project, user_id)
    await repository.put_member(session, project_id, user_id, role)
    await repository.change(session, project_id, {})
    return await get(session, context, project_id)


async def remove(session: Session, context: Context, project_id: UUID, user_id: UUID, check: Check) -> None:
    """Take a member out; everybody may leave by themselves."""
    is_leaving = user_id == context.user_id
    project = await for_change(session, context, project_id, check, ANY_ROLE if is_leaving else LEADS)
    check_lead_stays(project, user_id)
    # the revision first: whoever leaves can no longer touch the project afterwards
    await repository.change(session, project_id, {})
    if not await repository.remove_member(session, project_id, user_id):
        raise NoSuchMember


def check_lead_stays(project: Project, leaving: UUID) -> None:
    """Some lead besides `leaving` remains, or `leaving` is none."""
    leads = {member.user_id for member in project.members if member.role is Role.lead}
    if leads == {leaving}:
        raise LeadRequired
