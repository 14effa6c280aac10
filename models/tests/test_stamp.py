"""Stamps: what makes set-up skip its work, and what makes it not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deltapack import stamp


def test_digest_is_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    assert stamp.digest(path) == hashlib.sha256(b"content").hexdigest()


def test_key_follows_names_contents_and_extra(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("1")
    b.write_text("2")
    first = stamp.key([a, b])
    assert stamp.key([b, a]) == first
    assert stamp.key([a]) != first
    assert stamp.key([a, b], extra="x") != first
    b.write_text("3")
    assert stamp.key([a, b]) != first


def test_fresh_until_key_or_files_change(tmp_path: Path) -> None:
    made, mark = tmp_path / "made", tmp_path / "deep" / "mark"
    made.write_bytes(b"12345")
    assert not stamp.fresh(mark, "k")
    stamp.write(mark, "k", [made])
    assert stamp.fresh(mark, "k")
    assert not stamp.fresh(mark, "other")
    made.write_bytes(b"1234")
    assert not stamp.fresh(mark, "k")
    made.unlink()
    assert not stamp.fresh(mark, "k")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": "k"}', '{"key": "k", "files": 3}', "\0"])
def test_damaged_stamps_are_not_fresh(tmp_path: Path, text: str) -> None:
    mark = tmp_path / "mark"
    mark.write_text(text)
    assert not stamp.fresh(mark, "k")
