"""The bytes of a PLINK 1 `.bed` file (reading the file is the caller's)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, instance, whole
from ..errors import ModelError
from .packed import SHIFTS, PackedGenotypes, padding

MAGIC = bytes([0x6C, 0x1B])
#: as many markers of one animal are never all homozygous for the same allele
TELLING = 64
# PLINK counts backwards: 0 both alleles are the first, 1 missing, 2 heterozygous, 3 both are the second
_FROM = np.array([2, 3, 1, 0], dtype=np.uint8)
_TO = np.array([3, 2, 0, 1], dtype=np.uint8)


@checked(raw=instance(bytes), n_animals=whole(low=1), n_markers=whole(low=1))
def from_bed(raw: bytes, n_animals: int, n_markers: int) -> PackedGenotypes:
    """Genotypes out of the bytes of a `.bed` file; the first allele of the `.bim` file (A1) is counted.

    Parameters
    ----------
    raw : bytes
        The whole file.
    n_animals, n_markers : int
        Lines of the `.fam` and of the `.bim` file.

    Raises
    ------
    ModelError
        ``not_bed``, ``bed_order`` (animal by animal, as PLINK before 2008 wrote), ``bed_size``, or ``bed_animals``
        where the last byte of the markers shows that it was written for more animals, or for fewer.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559; https://www.cog-genomics.org/plink/1.9/formats#bed

    Examples
    --------
    >>> from_bed(bytes([0x6C, 0x1B, 0x01, 0b11_10_01_00]), n_animals=4, n_markers=1).unpack().ravel()
    array([2, 3, 1, 0], dtype=uint8)
    """
    if raw[:2] != MAGIC:
        raise _refuse("not_bed", "the file does not start as a PLINK 1 .bed file", "Write it with plink --make-bed")
    if raw[2:3] != b"\x01":
        raise _refuse("bed_order", "the file is stored animal by animal", "Write it again with plink --make-bed")
    wide = -(-n_animals // 4)
    if len(raw) != 3 + wide * n_markers:
        message = (
            f"the file has {len(raw):,} bytes; {n_animals:,} animals and {n_markers:,} markers need "
            f"{3 + wide * n_markers:,}"
        )
        raise _refuse("bed_size", message, "Keep .bed, .bim and .fam of one run together")
    _check_last(np.frombuffer(raw, dtype=np.uint8, offset=3).reshape(n_markers, wide)[:, -1], n_animals)
    # the three bytes before the calls become something too, and are left out
    codes = bytearray(raw).translate(_translate(_FROM).tobytes())
    data = np.frombuffer(codes, dtype=np.uint8, offset=3).reshape(n_markers, wide)
    data[:, -1] |= padding(n_animals)
    return PackedGenotypes(data, n_animals)


@checked(packed=instance(PackedGenotypes))
def to_bed(packed: PackedGenotypes) -> bytes:
    """The bytes of a `.bed` file; the counted allele becomes A1.

    Parameters
    ----------
    packed : PackedGenotypes

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> to_bed(pack([[2], [3], [1]])).hex()
    '6c1b0124'
    """
    data = _translate(_TO)[packed.data]
    data[:, -1] &= np.uint8(0xFF) ^ padding(packed.n_animals)
    return MAGIC + b"\x01" + data.tobytes()


def _check_last(last: NDArray[np.uint8], n_animals: int) -> None:
    """Places beyond the last animal are zero in every marker, and those of an animal are not.

    Four animals share a byte, so one too many or too few may fit the size, and give calls to the wrong animals.
    """
    if (last & padding(n_animals)).any():
        message = f"the file has calls of more animals than the {n_animals:,} of the .fam file"
        raise _refuse("bed_animals", message, "Keep .bed, .bim and .fam of one run together")
    if len(last) >= TELLING and not (last >> SHIFTS[(n_animals - 1) % 4] & 3).any():
        message = f"the file has calls of fewer animals than the {n_animals:,} of the .fam file"
        raise _refuse("bed_animals", message, "Keep .bed, .bim and .fam of one run together")


def _translate(code: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What becomes of each byte when each of its four codes is replaced."""
    fours = (np.arange(256, dtype=np.uint8)[:, None] >> SHIFTS) & np.uint8(3)
    return np.asarray(np.bitwise_or.reduce(code[fours] << SHIFTS, axis=1), dtype=np.uint8)


def _refuse(code: str, message: str, fix: str) -> ModelError:
    return ModelError(code, message, place="genotypes", fix=fix)
