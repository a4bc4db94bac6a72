"""Words of a field in several languages. A word that is not known, or means two things, is never read by default."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.missing import normal, words
from bellwether.sheep.reading.refusal import FileFault


@dataclass(frozen=True)
class Vocabulary:
    """The words of one field by meaning, and those that mean one thing or another."""

    name: str
    code: str
    fix: str
    meanings: Mapping[str, frozenset[str]]
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def meaning(self, word: str) -> str | None:
        """What a word means without doubt."""
        plain = re.sub(r"([0-9])[.,]0+", r"\1", normal(word)).rstrip(".")
        for ending in (" lamb", " lambs", " hogget"):
            plain = plain.removesuffix(ending)
        return next((meaning for meaning, words in self.meanings.items() if plain in words), None)


SEX = Vocabulary(
    "sex",
    "sex_unknown",
    "write 1 for males, 2 for females, W with ewes beside it for wethers",
    {
        "male": words("1 m male males ram rams r tup tups entire männlich maennlich bock böcke widder mâle male bélier"
                      " belier béliers macho machos carnero carneros gwryw hwrdd hyrddod"),
        "female": words("2 f female females ewe ewes e gimmer gimmers weiblich mutterschaf zibbe aue femelle femelles"
                        " brebis agnelle hembra hembras oveja ovejas benyw mamog dafad"),
        "wether": words("wether wethers weth wedder hammel kastrat kastriert castré castre castrate castrated mouton"
                        " castrado capón capon neutered mollt"),
        "unknown": words("u 0 unbestimmt"),
    },
    {"w": ("female", "wether"), "b": ("male", "female"), "h": ("female", "wether"), "c": ("male", "wether")},
)  # fmt: skip
COUNTS = {
    "1": words("1 s single singles singleton sgl einling e1 simple seul unique único unico sencillo sengl unigol"),
    "2": words("2 tw twin twins twn zwilling zwillinge double doble jumeau jumeaux jumelle"
               " gemelo gemelos mellizo mellizos gefell"),
    "3": words("3 tr tri trip triplet triplets drilling drillinge triple triplé triplés trillizo trillizos"),
    "4": words("4 q quad quads quadruplet quadruplets vierling vierlinge cuádruple"),
    "5": words("5 quin quintuplet quintuplets fünfling"),
    "6": words("6"), "7": words("7"), "8": words("8"), "9": words("9"),
}  # fmt: skip
LAMBS = "write the number of lambs, 1 to 9; a code of birth and rearing in one cell belongs in two columns"
IN_DOUBT = {"t": ("2", "3"), "d": ("2", "3"), "m": ("2", "3")}
BIRTH_TYPE = Vocabulary("birth_type", "birth_type_unknown", LAMBS, COUNTS, IN_DOUBT)
REAR_TYPE = Vocabulary(
    "rear_type", "rear_type_unknown", LAMBS.replace("1", "0"), {"0": words("0 dead died tot"), **COUNTS}, IN_DOUBT
)
ET = Vocabulary(
    "et",
    "et_unknown",
    "write Y or N",
    {
        "yes": words("y yes 1 true t ja j oui o si sí et e.t ie"),
        "no": words("n no 0 false nein non nat natural ai nage"),
    },
    {"x": ("yes", "no"), "s": ("yes", "no"), "f": ("yes", "no")},
)
CODED = (("0", "1", "2"), ("f", "t", "m"), ("false", "true", "m"))
"""A word, another one that makes it a code, and one that shows that it is none."""
GERMAN = frozenset({"GESCHLECHT"})


@dataclass
class Said:
    """The meanings of the words in one column."""

    vocabulary: Vocabulary
    own: Mapping[str, str] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def read(self, text: str) -> str:
        """The meaning of a word.

        Raises:
            Broken: it is not known, or means more than one thing.
        """
        found = self.own.get(normal(text)) or self.vocabulary.meaning(text)
        if found is None:
            raise self.unknown(text)
        return found

    def unknown(self, text: str) -> Broken:
        """A word that the vocabulary does not have."""
        name = self.vocabulary.name.replace("_", " ")
        choices = self.vocabulary.doubtful.get(normal(text))
        shown = f"{text.strip()[:20]!r} " + (
            f"may mean {' or '.join(choices)}" if choices else f"is no {name} that is known"
        )
        return broken(self.vocabulary.code, shown, self.vocabulary.fix, field=self.vocabulary.name)


def settle(
    vocabulary: Vocabulary, cells: Iterable[tuple[int, str]], *, header: str = "", own: Mapping[str, str] | None = None
) -> Said:
    """Decides the doubtful words of a column by its other words and its header, or asks for them."""
    said = Said(vocabulary, {normal(word): meaning for word, meaning in (own or {}).items()})
    firsts: dict[str, int] = {}
    for row, text in cells:
        if text:
            firsts.setdefault(normal(text), row)
    known = {vocabulary.meaning(word) for word in firsts} - {None}
    for word, choices in vocabulary.doubtful.items():
        if word not in firsts or word in said.own:
            continue
        others = [choice for choice in choices if choice not in known]
        if word == "w" and vocabulary is SEX and (header.upper() in GERMAN or "männlich" in firsts):
            others = ["female"]
        if len(others) == 1 and word == "w":
            said.own = {**said.own, word: others[0]}
            said.told.append(f"{word} in {header or vocabulary.name} is {others[0]}")
        else:
            said.faults.append(asked(vocabulary, word, choices, firsts[word]))
    for word, beside, never in CODED if vocabulary is SEX else ():
        if {word, beside} <= firsts.keys() and never not in firsts and word not in said.own:
            said.faults.append(asked(vocabulary, word, ("male", "female"), firsts[word]))
    return said


def asked(vocabulary: Vocabulary, word: str, choices: tuple[str, ...], row: int) -> FileFault:
    """A word of two meanings."""
    name = vocabulary.name.replace("_", " ")
    message = f"{word!r} as {name} may mean {' or '.join(choices)}"
    fix = f"write the whole word, or send words with {word} as one of {', '.join(choices)}"
    return FileFault("word_ambiguous", message, fix, row, vocabulary.name)
