"""Converts the official weights of DeltaEdit into a model pack.

StyleGAN2 (rosinality's layout), e4e, CLIP ViT-B/32, the delta mapper and its
relevance matrix come in as the checkpoints that researchers have, and go out as
one pack of ONNX graphs, which the engine runs like any other.

`stylegan2`, `e4e`, `clip` and `mapper` state the architectures in PyTorch, with
the checkpoints' own names, in any size; `graphs` holds the same networks as ONNX.
`checkpoints` reads and checks files, `convert` joins it all, `rehearse` writes
checkpoints of random weights and compares both sides. Needs the packages of
train.lock.
"""
