"""What may be wrong with a product or a batch."""

from bellwether.platform.problems import Conflict


class ProductExists(Conflict):
    """The id or the name is taken."""

    code, title = "product_exists", "The farm has a product of this name, or the id is taken: send another one"


class BatchExists(Conflict):
    """The id or the lot is taken."""

    code, title = "batch_exists", "The product has a batch of this lot, or the id is taken: send another one"
