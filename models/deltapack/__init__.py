"""Builds DeltaEdit Studio's model packs from third-party and trained weights.

The package needs numpy, onnx and tflite only: no framework, no OpenVINO and no
TensorFlow. Every converter is a module of its own and states in its docstring
where the weights come from, which architecture it writes and what its tensors
mean; `deltapack.assemble` joins them into a pack folder.
"""
