"""One uploaded file of genotypes: a table of dosages, a VCF, or the files of PLINK in a zip archive."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from bellwether.modelling.findings import refuse
from bellwether.modelling.genotypes.plink import count_bed, read_bed, read_ped
from bellwether.modelling.genotypes.samples import read_file
from bellwether.modelling.genotypes.source import ReadGenotypes

#: endings by which the kind of a file is told, the longer ones first
ENDINGS = (".csv.gz", ".vcf.gz", ".vcf.bgz", ".csv", ".txt", ".vcf", ".bcf", ".zip")
PACKED = (".gz", ".bgz")
PLINK = ({".bed", ".bim", ".fam"}, {".ped", ".map"})
MOST_UNPACKED = 512_000_000
PIECE = 1 << 20


def ending_of(name: str) -> str | None:
    """The ending that tells the kind of a file; None for another kind."""
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), None)


def is_bed(path: Path, most_bytes: int = MOST_UNPACKED) -> bool:
    """Is it an archive with a `.bed`, of so many bytes at most?"""
    if path.suffix != ".zip" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except zipfile.BadZipFile:
        return False
    has_bed = any(info.filename.lower().endswith(".bed") for info in found)
    return has_bed and sum(info.file_size for info in found) <= most_bytes


def read_upload(path: Path) -> ReadGenotypes:
    """Read an uploaded file by its ending; an archive is unpacked beside it.

    Raises
    ------
    BadInput
        Not a whole file of its kind, an archive of other files, or one that unpacks to too much.
    """
    if path.suffix == ".zip":
        files = _contents(path)
        bed = files.pop(".bed", None)
        _write(path, files)
        prefix = str(path.with_name("plink"))
        return read_ped(prefix) if bed is None else read_bed(prefix, bed)
    return read_file(readable(path))


def count_upload(path: Path) -> tuple[int, int]:
    """How many animals and markers an uploaded file has, if it can be read. Of a `.bed` no call is read.

    Raises
    ------
    BadInput
    """
    if is_bed(path):
        files = _contents(path)
        _write(path, {ending: content for ending, content in files.items() if ending != ".bed"})
        if ".bed" in files:
            return count_bed(str(path.with_name("plink")), files[".bed"])
    read = read_upload(path)
    return len(read.ids), len(read.markers)


def readable(path: Path) -> str:
    """The name under which `read_file` knows an uploaded file; an archive is unpacked beside it.

    Raises
    ------
    BadInput
    """
    if path.suffix == ".zip":
        files = _contents(path)
        _write(path, files)
        return str(path.with_name(f"plink{'.bed' if '.bed' in files else '.ped'}"))
    if path.suffix in PACKED:
        _refuse_bomb(path)
    return str(path)


def _contents(path: Path) -> dict[str, bytes]:
    """The PLINK files of an archive by their endings."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = {Path(info.filename).suffix.lower(): info for info in archive.infolist() if not info.is_dir()}
            if set(found) not in PLINK or len(archive.infolist()) > 2 * len(found):
                message = "the archive does not hold the files of PLINK alone"
                raise refuse(path, None, "not_plink", message, "Zip .bed, .bim and .fam, or .ped and .map", "file")
            if sum(info.file_size for info in found.values()) > MOST_UNPACKED:
                raise _too_large(path)
            return {ending: archive.read(info) for ending, info in found.items()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        message, fix = "the file is not a whole zip archive, or is locked", "Write the archive again"
        raise refuse(path, None, "not_zip", message, fix, "file") from error


def _write(path: Path, files: dict[str, bytes]) -> None:
    """Files beside an archive, under names of our own."""
    for ending, content in files.items():
        path.with_name(f"plink{ending}").write_bytes(content)


def _refuse_bomb(path: Path) -> None:
    seen = 0
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(PIECE):
                seen += len(piece)
                if seen > MOST_UNPACKED:
                    raise _too_large(path)
    except (OSError, EOFError, zlib.error) as error:
        message = "the file is not a whole gzip file"
        raise refuse(path, None, "unreadable_file", message, "Compress it again", "file") from error


def _too_large(path: Path) -> Exception:
    message = f"the file unpacks to more than {MOST_UNPACKED // 1_000_000} MB"
    return refuse(path, None, "too_large", message, "Leave markers out, or send a .bed, which is smaller", "file")
