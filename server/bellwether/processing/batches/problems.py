"""What may be wrong with a request for import batches."""

from bellwether.platform.problems import NotFound


class NoSuchBatch(NotFound):
    """Absent, or of a farm that the caller does not belong to."""

    code, title = "import_batch_not_found", "There is no such import batch, or its farm is not yours"
