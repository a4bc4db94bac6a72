"""Python's collector of cycles in a process that serves or works for days."""

import gc


def spare_collector() -> None:
    """Let the collector of cycles look at what requests leave behind, seldom, and never again at the code itself.

    A page of animals makes some thousand short-lived objects without a cycle, a file of weights millions; walking all
    modules after every few of them took a fifth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
