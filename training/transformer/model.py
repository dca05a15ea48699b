"""The network: a BERT encoder with three heads, for masked words, for vectors of texts, and for spans."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from training.transformer.data import PAD


class Reader(nn.Module):
    """An encoder of `layers` layers of `width`, sharing its word vectors with the masked-word head."""

    def __init__(self, vocabulary: int, layers: int, width: int, longest: int) -> None:
        super().__init__()
        self.config = BertConfig(
            vocab_size=vocabulary,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=max(1, width // 64),
            intermediate_size=4 * width,
            max_position_embeddings=longest,
            pad_token_id=PAD,
        )
        self.bert: Any = BertModel(self.config, add_pooling_layer=False)
        self.words = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.qa_outputs = nn.Linear(width, 2)

    def states(self, ids: torch.Tensor, types: torch.Tensor | None = None) -> torch.Tensor:
        """Return the last layer (texts, tokens, width)."""
        states: torch.Tensor = self.bert(ids, attention_mask=(ids != PAD).long(), token_type_ids=types)[0]
        return states

    def masked(self, ids: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Return the scores of all words at the places `hidden` (a mask like `ids`): (places, vocabulary)."""
        scores: torch.Tensor = self.words(self.states(ids)[hidden]) @ self.bert.embeddings.word_embeddings.weight.T
        return scores

    def vectors(self, ids: torch.Tensor) -> torch.Tensor:
        """Return a unit vector a text: the mean of its tokens' states."""
        there = (ids != PAD).unsqueeze(-1)
        return functional.normalize((self.states(ids) * there).sum(1) / there.sum(1).clamp(min=1), dim=-1)

    def spans(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores of each token as start and as end of the answer; outside the passage only the frame's first counts."""
        starts, ends = self.qa_outputs(self.states(ids, types)).float().unbind(-1)
        outside = (types != 1) | (ids == PAD)
        outside[:, 0] = False
        return starts.masked_fill(outside, -1e4), ends.masked_fill(outside, -1e4)
