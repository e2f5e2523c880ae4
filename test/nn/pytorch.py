"""Holds weights and outputs against torch.nn: pytorch.py FOLDER, which has NAME.safetensors of each model.

Each file has the weights, under `x` (and `y`, `keyMask`) a batch, and its options as JSON. For each, two answers are
written: NAME.outputs.safetensors, what the same modules make of these weights and this batch; and
NAME.theirs.safetensors, weights that PyTorch drew, with what they make of the batch as `outputs`.
"""

import functools
import json
import math
import pathlib
import struct
import sys

import torch
from torch import nn

torch.set_num_threads(1)


def read(path):
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, info in header.items():
        assert info["dtype"] == "F32", info
        begin, end = (8 + length + offset for offset in info["data_offsets"])
        flat = torch.frombuffer(data[begin:end], dtype=torch.float32).clone()
        tensors[name] = flat.reshape(info["shape"])
    return tensors, metadata


def write(path, tensors):
    header, chunks, at = {}, [], 0
    for name, tensor in tensors.items():
        chunk = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + len(chunk)]}
        at += len(chunk)
        chunks.append(chunk)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def sinusoidal(length, d):
    at = torch.arange(length, dtype=torch.float64)[:, None]
    rate = torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-math.log(10000) / d))
    table = torch.zeros(length, d, dtype=torch.float64)
    table[:, 0::2] = torch.sin(at * rate)
    table[:, 1::2] = torch.cos(at * rate)[:, : d // 2]
    return table.float()


class Model(nn.Module):
    """torch.nn.Transformer, or TransformerEncoder, with what surrounds it."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        d, n = c["dModel"], c["outputTokens"]
        tanh = functools.partial(nn.functional.gelu, approximate="tanh")
        activation = {"relu": "relu", "gelu": "gelu", "gelu-tanh": tanh}[c["activation"]]
        shared = dict(
            dim_feedforward=c["ff"], dropout=0.0, activation=activation, batch_first=True, norm_first=c["normFirst"]
        )
        if c["embedding"] == "linear":
            self.embed = nn.Linear(c["inputDim"], d)
        if c["positions"] == "learned":
            self.positions = nn.ParameterDict({"encoder": nn.Parameter(torch.randn(c["inputTokens"], d))})
        if c["kind"] == "encoder":
            layer = nn.TransformerEncoderLayer(d, c["heads"], **shared)
            self.encoder = nn.TransformerEncoder(layer, c["encoderLayers"], nn.LayerNorm(d))
        else:
            self.transformer = nn.Transformer(d, c["heads"], c["encoderLayers"], c["decoderLayers"], **shared)
            self.start = nn.Parameter(torch.randn(d))
            if n > 1 and c["embedding"] == "linear":
                self.decoder_embed = nn.Linear(c["targetDim"], d)
            if c["positions"] == "learned":
                self.positions["decoder"] = nn.Parameter(torch.randn(n, d))
        if c["head"] == "linear":
            self.head = nn.Linear(d, c["outputDim"])

    def positioned(self, part, tokens):
        if self.c["positions"] == "none":
            return tokens
        if self.c["positions"] == "learned":
            return tokens + self.positions[part][: tokens.shape[1]]
        return tokens + sinusoidal(tokens.shape[1], self.c["dModel"])

    def forward(self, x, y=None, keyMask=None):
        linear = self.c["embedding"] == "linear"
        hidden = None if keyMask is None else torch.isinf(keyMask)
        source = self.positioned("encoder", self.embed(x) if linear else x)
        if self.c["kind"] == "encoder":
            out = self.encoder(source, src_key_padding_mask=hidden)
        else:
            start = self.start.expand(x.shape[0], 1, self.c["dModel"])
            tokens = start
            if y is not None:
                tokens = torch.cat([start, (self.decoder_embed(y) if linear else y)[:, :-1]], 1)
            n = tokens.shape[1]
            mask = torch.triu(torch.full((n, n), -math.inf), 1) if self.c["causal"] else None
            out = self.transformer(
                source,
                self.positioned("decoder", tokens),
                tgt_mask=mask,
                src_key_padding_mask=hidden,
                memory_key_padding_mask=hidden,
            )
        return self.head(out) if self.c["head"] == "linear" else out


folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.glob("*.safetensors")):
    weights, metadata = read(path)
    batch = {name: weights.pop(name) for name in ("x", "y", "keyMask") if name in weights}
    torch.manual_seed(1)
    model = Model(json.loads(metadata["config"]))
    theirs = {**{k: v.clone() for k, v in model.state_dict().items()}, "outputs": model(**batch)}
    write(path.with_suffix(".theirs"), theirs)
    # Strict: no name may be missing, none may be left over.
    model.load_state_dict(weights)
    write(path.with_suffix(".outputs"), {"outputs": model(**batch)})
print(torch.__version__)
