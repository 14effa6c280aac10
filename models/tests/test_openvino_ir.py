"""The IR reader on small graphs, valid and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deltapack.openvino_ir import IR, IRError

CONST = (
    '<layer id="0" name="c" type="Const" version="opset1">'
    '<data element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"/></layer>'
)


def ir(folder: Path, layers: str, edges: str = "", blob: bytes = b"") -> IR:
    xml, weights = folder / "net.xml", folder / "net.bin"
    xml.write_text(f"<net><layers>{layers}</layers><edges>{edges}</edges></net>")
    weights.write_bytes(blob)
    return IR(xml, weights)


def const(kind: str = "f32", shape: str = "2, 2", offset: int = 4, size: int = 16) -> str:
    return CONST.format(kind=kind, shape=shape, offset=offset, size=size)


def test_constant_has_shape_and_value(tmp_path: Path) -> None:
    values = np.arange(4, dtype="<f4").reshape(2, 2)
    net = ir(tmp_path, const(), blob=b"skip" + values.tobytes())
    assert np.array_equal(net.constant("c"), values)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (const(offset=8), "weights have 20"),
        (const(offset=-4), "weights have 20"),
        (const(size=12), "declares 12"),
        (const(shape="3, 2"), "wants 24 bytes"),
        (const(kind="u4"), "holds u4"),
    ],
)
def test_constants_outside_the_weights_are_refused(tmp_path: Path, layer: str, says: str) -> None:
    with pytest.raises(IRError, match=says):
        ir(tmp_path, layer, blob=bytes(20)).constant("c")


def test_inputs_come_in_port_order(tmp_path: Path) -> None:
    layers = "".join(f'<layer id="{i}" name="n{i}" type="T{i}"/>' for i in range(3))
    edge = '<edge from-layer="{}" from-port="0" to-layer="2" to-port="{}"/>'
    net = ir(tmp_path, layers, edge.format(0, 1) + edge.format(1, 0))
    assert [layer.name for layer in net.inputs(net.layer("n2"))] == ["n1", "n0"]
    assert net.consumer(net.layer("n0"), "T2").name == "n2"
    with pytest.raises(IRError, match="feeds 0 layers of type T1"):
        net.consumer(net.layer("n0"), "T1")


def test_bad_graphs_are_named(tmp_path: Path) -> None:
    with pytest.raises(IRError, match="no layers"):
        ir(tmp_path, "")
    (tmp_path / "net.xml").write_text("<net><layers>")
    with pytest.raises(IRError, match="not an XML graph"):
        IR(tmp_path / "net.xml", tmp_path / "net.bin")
    net = ir(tmp_path, '<layer id="0" name="a" type="Add"/>')
    with pytest.raises(IRError, match="no layer named 'b'"):
        net.layer("b")
    with pytest.raises(IRError, match="a is a Add, want a Const"):
        net.constant("a")
