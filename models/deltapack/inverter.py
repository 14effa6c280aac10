"""The inverter's two trained halves joined around the generator's trunk.

The first names a style code, which is then fitted to the face (deltapack.descent);
the second looks at what that code draws beside the face, and says what to add to
the features at the seam (deltatrain.train.offset).
"""

from __future__ import annotations

from collections.abc import Sequence

import onnx
from onnx import helper, numpy_helper

from deltapack import descent, generator
from deltapack.graph import CHANGED_IN_18, OPSET, Graph

SIDE = 256
"""Side of the aligned face and of the preview."""


def lower(model: onnx.ModelProto) -> None:
    """Turns a graph of opset 18 into one of 17, in place, where means are all that differs.

    Axes of reductions became an input with 18. Other operations that 18 changed, and axes
    that are not constant, are refused with ValueError.
    """
    opset = next(o for o in model.opset_import if o.domain in ("", "ai.onnx"))
    if opset.version != OPSET + 1:
        return
    stored = {t.name: t for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type not in CHANGED_IN_18:
            continue
        if not node.op_type.startswith("Reduce"):
            raise ValueError(f"{model.graph.name}: {node.op_type} of opset 18, want {OPSET}")
        kept = [a for a in node.attribute if a.name == "keepdims"]
        axes = list(node.input[1:])
        if any(name not in stored for name in axes):
            raise ValueError(f"{model.graph.name}: axes of {node.op_type} are not constant")
        del node.attribute[:], node.input[1:]
        node.attribute.extend(kept)
        if axes:
            values = numpy_helper.to_array(stored[axes[0]]).tolist()
            node.attribute.append(helper.make_attribute("axes", values))
    opset.version = OPSET


def graph(
    weights: generator.Weights,
    preview: onnx.ModelProto,
    style: onnx.ModelProto,
    offset: onnx.ModelProto,
    phases: Sequence[descent.Phase] = descent.PHASES,
) -> onnx.ModelProto:
    """Writes image [1, 3, 256, 256] -> style [1, 6752], offset [1, 512, 64, 64].

    `preview` is the trained preview head, `style` the first half (a face at 128²) and
    `offset` the second; without phases the code is the first half's own.
    """
    joint = Graph("inverter")
    image = joint.input("image", [1, 3, SIDE, SIDE])
    small = joint.node("AveragePool", image, kernel_shape=[2, 2], strides=[2, 2])
    lower(style)
    code = joint.splice(style, {"image": small}, "code")["style"]
    code = descent.fit(joint, weights, image, code, phases)
    trunk = generator.trunk_graph(weights, preview, bare=True)
    drawn = joint.splice(trunk, {"style": code}, "trunk")
    feeds = {
        "image": image,
        "preview": drawn["preview"],
        "features": drawn["features"],
        "style": code,
    }
    found = joint.splice(offset, feeds, "second")["offset"]
    joint.output(code, "style", [1, weights.style_channels])
    joint.output(found, "offset", [1, 512, 64, 64])
    return joint.model()
