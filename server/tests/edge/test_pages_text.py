"""Text on the pages."""

import pytest
from bellwether.edge.pages.html import with_code


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("send `a<b` as is", "send <code>a&lt;b</code> as is"),
        ("<script>`x`</script>", "&lt;script&gt;<code>x</code>&lt;/script&gt;"),
        ("an odd ` one", "an odd <code> one</code>"),
    ],
)
def test_backticks_become_code_and_everything_stays_escaped(text: str, html: str) -> None:
    assert with_code(text) == html
