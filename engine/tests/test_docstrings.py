"""Every public function says what it takes, refuses and gives; that its example runs is tested in `test_kernels.py`."""

import importlib
import inspect
import textwrap

import pytest

ROOMS = (
    "association",
    "genotypes",
    "homozygosity",
    "imputation",
    "parentage",
    "relationships",
    "selection",
    "simulation",
)
PACKAGES = ("bellwether_engine", *(f"bellwether_engine.{name}" for name in ROOMS))
#: modules whose functions are public without standing in an `__all__`
ALONE = (
    "external.deregress",
    "pedigree.added",
    "pedigree.inbreeding",
    "populations.ancestors",
    "populations.ebv_parts",
    "populations.kinship",
    "populations.partial_inbreeding",
    "populations.pedigree_depth",
    "populations.validation",
    "selection.expected_progeny",
    "selection.index",
)


def public():
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", ()):
            yield f"{package}.{name}", getattr(module, name)
    for name in ALONE:
        module = importlib.import_module(f"bellwether_engine.{name}")
        for each, value in vars(module).items():
            if not each.startswith("_") and getattr(value, "__module__", "") == module.__name__:
                yield f"{module.__name__}.{each}", value


FUNCTIONS = {name: value for name, value in public() if inspect.isfunction(value)}
CLASSES = {name: value for name, value in public() if inspect.isclass(value)}


def source(value):
    return textwrap.dedent(inspect.getsource(value))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function(name):
    function = FUNCTIONS[name]
    doc = inspect.getdoc(function) or ""
    assert "Examples\n--------\n" in doc
    assert ">>> " in doc
    if inspect.signature(function).parameters:
        assert "Parameters\n----------\n" in doc
        described = doc.split("Parameters\n----------\n")[1].split("\n\n")[0]
        missing = [p for p in inspect.signature(function).parameters if f"{p}" not in described]
        assert missing == []
    if "raise " in source(function):
        assert "Raises\n------\n" in doc


@pytest.mark.parametrize("name", CLASSES)
def test_a_class(name):
    """The fields of a result are described; its example is that of the function which returns it."""
    kind = CLASSES[name]
    doc = inspect.getdoc(kind) or ""
    assert doc
    fields = [field for field in getattr(kind, "__dataclass_fields__", ()) if not field.startswith("_")]
    assert [field for field in fields if field not in doc] == []
    if "raise " in source(getattr(kind, "__post_init__", public)):
        assert "Raises\n------\n" in doc
