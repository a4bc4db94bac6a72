"""What may stand between two animals that are to be one."""

from collections.abc import Sequence

from bellwether.farm.merging.models import Clash
from bellwether.platform.problems import Conflict, RowError, Unprocessable


class TwoAnimals(Unprocessable):
    """Something says that they are two."""

    code, title = "two_animals", "These cannot be one animal as they stand"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)

    @classmethod
    def of(cls, clashes: Sequence[Clash]) -> "TwoAnimals":
        """Each thing of which they have one each."""
        fix = "correct or end the one that is wrong first"
        return cls(
            [
                RowError(
                    field="loser_id",
                    code=f"other_{clash.what}",
                    message=f"{clash.what.replace('_', ' ')}: {clash.of_loser} and {clash.of_winner}",
                    fix=fix,
                )
                for clash in clashes
            ]
        )


class MergedAlready(Conflict):
    """It is another animal by now."""

    code, title = "merged_already", "One of the two was merged into another animal: name that one"


class MergeExists(Conflict):
    """The id is taken."""

    code, title = "merge_exists", "There is a merge with this id: send a new id, or none"


class MergeUndone(Conflict):
    """Undone once."""

    code, title = "merge_undone", "This merge was undone already"


class MergeBuiltUpon(Conflict):
    """Something was changed since."""

    code, title = "merge_built_upon", "Something that the merge changed was changed since, so it was left as it is"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)
