"""The inverter's two trained halves joined around the generator's trunk.

The first names a style code; the second looks at what that code draws beside
the face, and says what to add to the features at the seam (deltatrain.offset).
"""

from __future__ import annotations

import onnx

from deltapack import generator
from deltapack.graph import Graph

SIDE = 256
"""Side of the aligned face and of the preview."""


def graph(
    weights: generator.Weights,
    preview: onnx.ModelProto,
    style: onnx.ModelProto,
    offset: onnx.ModelProto,
) -> onnx.ModelProto:
    """Writes image [1, 3, 256, 256] -> style [1, 6752], offset [1, 512, 64, 64].

    `preview` is the trained preview head, `style` the first half (a face at 128²) and
    `offset` the second.
    """
    joint = Graph("inverter")
    image = joint.input("image", [1, 3, SIDE, SIDE])
    small = joint.node("AveragePool", image, kernel_shape=[2, 2], strides=[2, 2])
    code = joint.splice(style, {"image": small}, "code")["style"]
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
