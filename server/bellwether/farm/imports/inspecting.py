"""A file looked through before it is taken: how it is read, or why it cannot be.

A large one is looked through in a process of its own: the service answers others meanwhile, and what a file may cost
has an end whatever it is made of.
"""

import asyncio

from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.problems import FileTooCostly, file_problem
from bellwether.farm.imports.reading.detection import detect
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.platform.jobs.child_process import ChildDied, Limits, in_child
from bellwether.sheep.reading.encoding import is_zip
from bellwether.sheep.reading.refusal import FileRefused

LARGE_BYTES = 200_000
LIMITS = Limits(cpu_s=40, memory_bytes=2_000_000_000)


async def inspected(content: bytes, options: Options, kind: str | None) -> Layout:
    """How a file is read.

    Raises:
        FileUnreadable: it cannot be read, or in two ways.
        FileTooCostly: looking through it takes more time or memory than one file may.
    """
    # what a workbook unpacks to, nobody knows before
    is_small = len(content) <= LARGE_BYTES and not is_zip(content)
    try:
        if is_small:
            return await asyncio.to_thread(layout_of, content, options, kind)
        return await in_child(layout_of, content, options, kind, limits=LIMITS)
    except FileRefused as refusal:
        raise file_problem(refusal) from refusal
    except (ChildDied, MemoryError) as error:
        raise FileTooCostly from error


def layout_of(content: bytes, options: Options, kind: str | None) -> Layout:
    """How a file is read.

    Raises:
        FileRefused
    """
    return detect(content, FORMATS, options, kind)
