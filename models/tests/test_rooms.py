"""The parts of deltatrain import each other in one direction; every command has its module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "deltatrain"
ROOMS = ("data", "text", "train", "report")
"""Each may import itself and those before it."""


def imported(path: Path) -> set[str]:
    """Returns the modules of deltatrain that a file imports anywhere, by their full names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "deltatrain"}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_those_before_them(room: str) -> None:
    allowed = ROOMS[: ROOMS.index(room) + 1]
    files = list((FOLDER / room).glob("*.py"))
    assert len(files) > 4
    wrong = {
        f"{path.stem} imports {name}"
        for path in files
        for name in imported(path)
        if name.split(".")[1] not in allowed
    }
    assert not wrong


def test_every_module_lies_in_a_room_or_is_a_command() -> None:
    commands = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    mains = {
        path.stem: room
        for room in ROOMS
        for path in (FOLDER / room).glob("*.py")
        if "\ndef main() -> None:" in path.read_text()
    }
    assert commands == set(mains)
    for command, room in mains.items():
        text = (FOLDER / f"{command}.py").read_text()
        assert f"from deltatrain.{room}.{command} import main" in text, command
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == {*ROOMS}
