"""The pages' links: every file, picture and heading that a page leads to is there."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"build", "work"}
"""Folders that git ignores, beside those that begin with a dot."""

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
# An image matches as well, behind its exclamation mark; IMAGE is for one inside a link.
LINK = re.compile(r"\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def pages() -> list[Path]:
    """Returns every Markdown page of the project."""
    found: list[Path] = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if name not in SKIPPED and not name.startswith(".")]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def prose(text: str) -> str:
    """Returns a page's text without code, in which brackets are no links."""
    return CODE.sub("", FENCE.sub("", text))


def targets(text: str) -> list[str]:
    """Returns where the page's links and images lead within the project."""
    body = prose(text)
    found = LINK.findall(body) + IMAGE.findall(body)
    return [target for target in dict.fromkeys(found) if not ELSEWHERE.match(target)]


def anchor(heading: str) -> str:
    """Returns the name under which a heading can be linked to, as Markdown viewers make it."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    kept = [c for c in text if c in " -_" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).strip().replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Returns the anchors of a page's headings; a repeated one has a number behind it."""
    seen: dict[str, int] = {}
    out = set()
    for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        name = anchor(heading)
        count = seen.get(name, 0)
        seen[name] = count + 1
        out.add(f"{name}-{count}" if count else name)
    return frozenset(out)


def broken(page: Path) -> list[str]:
    """Returns what is wrong with the page's links, a sentence each."""
    out = []
    for target in targets(page.read_text(encoding="utf-8")):
        name, _, fragment = target.partition("#")
        path = (page.parent / unquote(name)).resolve() if name else page
        if not path.is_relative_to(ROOT):
            out.append(f"{target} leads out of the repository")
        elif not path.exists():
            out.append(f"{target} is not there")
        elif fragment and path.suffix == ".md" and fragment not in anchors(path):
            out.append(f"{target}: {path.name} has no heading {fragment!r}")
    return out


def test_the_main_pages_are_found() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in pages()}
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"} <= names
    assert {"CHANGELOG.md", "assets/docs/window.md", "models/faces/README.md"} <= names


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_every_page_for_users_is_in_the_readme() -> None:
    listed = set(targets((ROOT / "README.md").read_text(encoding="utf-8")))
    for page in (ROOT / "assets" / "docs").glob("*.md"):
        assert page.relative_to(ROOT).as_posix() in listed


def test_the_readme_fits_its_bar() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_broken_links_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_links.ROOT", tmp_path)
    (tmp_path / "b c.md").write_text(
        "# What is *there*?\n\n```\n# no heading\n```\n## `x` 2\n## `x` 2\n"
    )
    page = tmp_path / "a.md"
    page.write_text(
        "# Top\n[ok](b%20c.md#what-is-there) [ok](#top) [ok](https://example.org/x)\n"
        "[ok](b%20c.md#x-2-1) `[code](gone.md)`\n```\n[code](gone.md)\n```\n"
        "[one](gone.md) ![two](gone.png) [three](b%20c.md#no-heading) [four](../out.md) "
        "[![five](lost.png)](b%20c.md)\n"
    )
    assert [sentence.split(" ")[0].rstrip(":") for sentence in broken(page)] == [
        "gone.md",
        "gone.png",
        "b%20c.md#no-heading",
        "../out.md",
        "lost.png",
    ]
