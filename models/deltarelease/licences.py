"""Which licences a text holds, as SPDX identifiers."""

from __future__ import annotations

import re

from deltarelease.errors import ReleaseError

_PHRASES = (
    ("Apache-2.0", r"apache license,? version 2\.0|www\.apache\.org/licenses/license-2\.0"),
    ("OFL-1.1", r"sil open font license,? version 1\.1"),
    ("Bitstream-Vera", r"bitstream vera fonts copyright"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("MPL-2.0", r"mozilla public license,? version 2\.0"),
    (
        "Zlib",
        r"this software is provided 'as-is', without any express or implied warranty.*"
        r"altered source versions must be plainly marked",
    ),
    (
        "MIT",
        r"permission is hereby granted, free of charge, to any person obtaining a copy of this "
        r"software and associated documentation files",
    ),
    (
        "ISC",
        r"permission to use, copy, modify, and(?:/or)? distribute this software for any purpose "
        r"with or without fee is hereby granted",
    ),
    (
        "BSD-3-Clause",
        r"redistribution and use in source and binary forms.*neither the names? of",
    ),
)
_BSD2 = re.compile(r"redistribution and use in source and binary forms")


def identify(text: str) -> list[str]:
    """Returns the licences that a text grants, sorted; empty if it is none that is known."""
    plain = re.sub(r"[\s#*>]+", " ", text.lower()).replace("“", '"').replace("`", "'")
    found = {name for name, phrase in _PHRASES if re.search(phrase, plain)}
    if _BSD2.search(plain) and "BSD-3-Clause" not in found:
        found.add("BSD-2-Clause")
    return sorted(found)


def expression(name: str, texts: dict[str, str]) -> str:
    """Returns the SPDX expression of a component's licence files, by their paths.

    ReleaseError if there is no file, or one whose licence is not known. Files of patents and
    notices add no licence.
    """
    found: set[str] = set()
    for path, text in texts.items():
        ids = identify(text)
        if not ids and not re.search(r"(?i)patents|notice", path):
            raise ReleaseError(f"{name}: {path}: its licence is not known to deltarelease.licences")
        if ids == ["BSD-3-Clause", "Unlicense"]:  # one of them at the user's choice
            ids = ["(BSD-3-Clause OR Unlicense)"]
        found.update(ids)
    if not found:
        raise ReleaseError(f"{name}: no licence was found")
    return " AND ".join(sorted(found))
