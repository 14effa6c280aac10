"""CLIP with a vision transformer (Radford et al., 2021) with OpenAI's names.

ViT-B/32 is what DeltaEdit uses: pictures of 224², patches of 32², 12 layers of width
768; texts of 77 tokens, 12 causal layers of width 512; both into 512 dimensions.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

HEAD = 64
"""Width of an attention head, in every CLIP."""
QUICK = 1.702
"""QuickGELU is x · sigmoid(1.702 x)."""
META = ("input_resolution", "context_length", "vocab_size")
"""Numbers that OpenAI's archive holds beside the weights."""


@dataclass(frozen=True)
class Layout:
    """The sizes of a CLIP: ViT-B/32 unless told otherwise."""

    space: int = 512
    side: int = 224
    patch: int = 32
    vision_width: int = 768
    vision_layers: int = 12
    vocabulary: int = 49408
    context: int = 77
    text_width: int = 512
    text_layers: int = 12

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Layout:
        """Reads the sizes from a state; raises KeyError when it is not that of a ViT CLIP."""

        def layers(prefix: str) -> int:
            count = 0
            while f"{prefix}.{count}.ln_1.weight" in state:
                count += 1
            return count

        width, _, _, patch = state["visual.conv1.weight"].shape
        grid = round((state["visual.positional_embedding"].shape[0] - 1) ** 0.5)
        vocabulary, text = state["token_embedding.weight"].shape
        return cls(
            state["text_projection"].shape[1], grid * patch, patch, width,
            layers("visual.transformer.resblocks"), vocabulary,
            state["positional_embedding"].shape[0], text, layers("transformer.resblocks"),
        )  # fmt: skip


class QuickGELU(nn.Module):
    """x · sigmoid(1.702 x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Returns the activation."""
        return x * torch.sigmoid(QUICK * x)


class Block(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, width: int) -> None:
        """Makes random weights."""
        super().__init__()
        self.attn = nn.MultiheadAttention(width, max(1, width // HEAD), batch_first=True)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(width, 4 * width),
                gelu=QuickGELU(),
                c_proj=nn.Linear(4 * width, width),
            )
        )
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Returns the states (N, T, width); mask (T, T) is added to the logits."""
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    """Layers one after the other."""

    def __init__(self, width: int, layers: int) -> None:
        """Makes random weights."""
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width) for _ in range(layers))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Returns the states (N, T, width)."""
        for block in self.resblocks:
            x = block(x, mask)
        return x


class Visual(nn.Module):
    """The vision transformer."""

    def __init__(self, layout: Layout) -> None:
        """Makes random weights."""
        super().__init__()
        width, patch = layout.vision_width, layout.patch
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        places = (layout.side // patch) ** 2 + 1
        self.positional_embedding = nn.Parameter(torch.randn(places, width) * width**-0.5)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layout.vision_layers)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, layout.space) * width**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, space), not of unit length."""
        x = self.conv1(x).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(x), 1, -1)
        x = torch.cat([first, x], 1) + self.positional_embedding
        x = self.transformer(self.ln_pre(x))
        return self.ln_post(x[:, 0]) @ self.proj


class CLIP(nn.Module):
    """Both towers."""

    def __init__(self, layout: Layout) -> None:
        """Makes random weights, of the spread that OpenAI's code starts with."""
        super().__init__()
        self.layout = layout
        width = layout.text_width
        self.visual = Visual(layout)
        self.transformer = Transformer(width, layout.text_layers)
        self.token_embedding = nn.Embedding(layout.vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.randn(layout.context, width) * 0.01)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.randn(width, layout.space) * width**-0.5)
        self.logit_scale = nn.Parameter(torch.tensor(2.6593))
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def encode_image(self, image: Tensor) -> Tensor:
        """Returns (N, space) of pictures (N, 3, side, side), not of unit length."""
        return self.visual(image)

    def encode_text(self, ids: Tensor) -> Tensor:
        """Returns (N, space) of token ids (N, T), T ≤ context, not of unit length.

        The vector is that of the first of the largest ids, which ends the text.
        """
        count = ids.shape[1]
        x = self.token_embedding(ids) + self.positional_embedding[:count]
        mask = torch.full((count, count), float("-inf")).triu(1)
        x = self.ln_final(self.transformer(x, mask))
        return x[torch.arange(len(x)), ids.argmax(1)] @ self.text_projection
