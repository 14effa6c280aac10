"""The bill of materials as CycloneDX 1.5, and the list of licences for people."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from pathlib import Path

from deltarelease.components import NON_COMMERCIAL, Component

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "deltaedit")


def _licences(expression: str) -> list[dict]:
    if re.fullmatch(r"[\w.+-]+", expression) and not expression.startswith("LicenseRef-"):
        return [{"license": {"id": expression}}]
    return [{"expression": expression}]


def _component(part: Component) -> dict:
    entry: dict = {
        "type": part.kind,
        "bom-ref": part.purl or part.name,
        "name": part.name,
        "version": part.version,
        "licenses": _licences(part.licence),
    }
    if part.sha256:
        entry["hashes"] = [{"alg": "SHA-256", "content": part.sha256}]
    if part.purl:
        entry["purl"] = part.purl
    if part.notice:
        entry["properties"] = [{"name": "deltaedit:notice", "value": part.notice}]
    return entry


def document(version: str, revision: str, epoch: int, parts: list[Component]) -> str:
    """Returns the bill of materials as JSON, the same for the same arguments.

    `epoch` is the time of the commit, in seconds since 1970.
    """
    own = {
        "type": "application",
        "bom-ref": "deltaedit",
        "name": "deltaedit",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "properties": [
            {"name": "deltaedit:revision", "value": revision},
            {"name": "deltaedit:notice", "value": NON_COMMERCIAL},
        ],
    }
    entries = [_component(part) for part in parts]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat(),
            "component": own,
        },
        "components": entries,
        "dependencies": [
            {"ref": "deltaedit", "dependsOn": [entry["bom-ref"] for entry in entries]}
        ],
    }
    name = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = uuid.uuid5(_NAMESPACE, name).urn
    return json.dumps(bill, indent=1) + "\n"


def slug(part: Component) -> str:
    """Returns a name for a component's folder of licence texts."""
    return re.sub(r"[^\w.@-]+", "_", f"{part.name}@{part.version}")


def listing(version: str, parts: list[Component]) -> str:
    """Returns the list of licences for people, as Markdown."""
    lines = [
        f"# Licences of DeltaEdit Studio {version}",
        "",
        "The program is under Apache-2.0 (LICENSE).",
        f"**{NON_COMMERCIAL}**",
        "",
        "The texts are in the folders named beside each part.",
        "",
        "| part | version | licence | texts | notice |",
        "| --- | --- | --- | --- | --- |",
    ]
    for part in parts:
        folder = slug(part) if not part.name.startswith("packs/") else "LICENSE"
        lines.append(
            f"| {part.name} | {part.version} | {part.licence} | {folder} | {part.notice} |"
        )
    return "\n".join(lines) + "\n"


def write_licences(folder: Path, own: str, version: str, parts: list[Component]) -> None:
    """Writes the texts of all licences and their list into a folder."""
    folder.mkdir(parents=True)
    (folder / "LICENSE").write_text(own, encoding="utf-8")
    (folder / "licences.md").write_text(listing(version, parts), encoding="utf-8")
    for part in parts:
        if part.name.startswith("packs/"):
            continue  # their text is the program's own
        for path, text in part.texts.items():
            target = folder / slug(part) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
