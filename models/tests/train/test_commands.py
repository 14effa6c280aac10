"""Every command of the training starts: `python -m deltatrain.NAME --help`."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

COMMANDS = sorted(
    path.stem
    for path in Path(__file__).resolve().parents[2].joinpath("deltatrain").glob("[!_]*.py")
)


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 27


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_say_what_they_take(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [command, "--help"])
    with pytest.raises(SystemExit) as ended:  # in this process: torch is imported once
        runpy.run_module(f"deltatrain.{command}", run_name="__main__")
    assert ended.value.code == 0
    assert "--" in capsys.readouterr().out.replace("--help", "")
