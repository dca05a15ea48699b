"""The trained network -> what travels and what is served: int8 shards under 16 MB each, and one int8 ONNX file."""

import json
import logging
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from training.transformer.model import Reader

SHARD = 15_000_000
"""Bytes of one file of weights."""


def quantised(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return each matrix as int8 with one float32 scale a row (`name.scale`), everything else as float16."""
    out: dict[str, np.ndarray] = {}
    for name, value in weights.items():
        if value.ndim == 2:
            scale = np.maximum(np.abs(value).max(axis=1, keepdims=True), 1e-8) / 127
            out[name] = np.round(value / scale).astype(np.int8)
            out[f"{name}.scale"] = scale.astype(np.float32)
        else:
            out[name] = value.astype(np.float16 if value.dtype.kind == "f" else value.dtype)
    return out


def restored(stored: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights that `quantised` gave, in float32."""
    return {
        name: (
            value.astype(np.float32) * stored[f"{name}.scale"]
            if f"{name}.scale" in stored
            else value.astype(np.float32)
        )
        for name, value in stored.items()
        if not name.endswith(".scale")
    }


def save_shards(weights: dict[str, np.ndarray], folder: Path) -> list[Path]:
    """Write quantised `weights` to files of at most `SHARD` bytes and return them."""
    shards: list[dict[str, np.ndarray]] = [{}]
    filled = 0
    for name, value in weights.items():
        pieces = np.array_split(value, max(1, -(-value.nbytes // SHARD))) if value.ndim else [value]
        for number, piece in enumerate(pieces):
            if filled + piece.nbytes > SHARD and shards[-1]:
                shards.append({})
                filled = 0
            shards[-1][f"{name}#{number}"] = np.ascontiguousarray(piece)
            filled += piece.nbytes
    paths = []
    for number, shard in enumerate(shards):
        paths.append(folder / f"weights-{number:02}.safetensors")
        save_file(shard, str(paths[-1]))
    return paths


def load_shards(folder: Path) -> dict[str, np.ndarray]:
    """Return what `save_shards` wrote, whole."""
    pieces: dict[str, dict[int, np.ndarray]] = {}
    for path in sorted(folder.glob("weights-*.safetensors")):
        for name, piece in load_file(str(path)).items():
            whole, number = name.rsplit("#", 1)
            pieces.setdefault(whole, {})[int(number)] = piece
    return {
        name: np.concatenate([own[i] for i in sorted(own)]) if len(own) > 1 else own[0] for name, own in pieces.items()
    }


class _Spans(torch.nn.Module):
    def __init__(self, network: Reader) -> None:
        super().__init__()
        self.bert, self.qa_outputs = network.bert, network.qa_outputs

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]
        starts, ends = self.qa_outputs(states).unbind(-1)
        return starts, ends


def to_onnx(network: Reader, path: Path) -> None:
    """Write the reader as one ONNX file with int8 weights, for ONNX Runtime."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.with_name("float.onnx")
    ones = torch.ones(2, 16, dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    batch, length = (
        torch.export.Dim("batch", min=1, max=64),
        torch.export.Dim("length", min=2, max=network.config.max_position_embeddings),
    )
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its own names
        torch.onnx.export(
            _Spans(network).eval(),
            (ones, ones, torch.zeros_like(ones)),
            str(whole),
            input_names=names,
            output_names=["start_logits", "end_logits"],
            dynamic_shapes={name: {0: batch, 1: length} for name in names},
            dynamo=True,
            verbose=False,
        )
        quantize_dynamic(str(whole), str(path), weight_type=QuantType.QInt8)
    for file in path.parent.glob("float.onnx*"):
        file.unlink()


def export(network: Reader, tokenizer: Tokenizer, folder: Path) -> dict[str, int]:
    """Write shards, ONNX file, tokenizer and settings to `folder`; return each file's bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    save_shards(quantised(weights), folder)
    to_onnx(network, folder / "model.onnx")
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"max_position_embeddings": network.config.max_position_embeddings}
    (folder / "reader.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
