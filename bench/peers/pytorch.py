"""PyTorch as a peer: reads one request a line, answers each by one line of JSON (see protocol.ts).

A model of the same shape as ours as a user of PyTorch would write it: nn.Transformer with batch_first, a learned
start vector, sinusoidal positions, a linear head; MSE, clip_grad_norm_ and Adam, fused where PyTorch has it for
CPUs, else its faster loop. Batches are rows picked by index from tensors in memory: no DataLoader.
"""

import ctypes
import json
import math
import struct
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
DTYPES = {"F32": torch.float32, "I32": torch.int32}


def read_safetensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, info in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in info["data_offsets"])
        flat = torch.frombuffer(data[begin:end], dtype=DTYPES[info["dtype"]]).clone()
        tensors[name] = flat.reshape(info["shape"])
    return tensors


class EncoderDecoder(nn.Module):
    def __init__(self, model, dropout):
        super().__init__()
        d, layers = model["dModel"], model["layers"]
        self.transformer = nn.Transformer(
            d, model["heads"], layers, layers, model["ff"], dropout, "gelu", batch_first=True
        )
        self.head = nn.Linear(d, d)
        self.start = nn.Parameter(torch.zeros(d))
        n = model["outputTokens"]
        self.register_buffer("positions", sinusoidal(max(model["inputTokens"], n), d), persistent=False)
        mask = nn.Transformer.generate_square_subsequent_mask(n)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x, y):
        rows, n, d = y.shape
        shifted = torch.cat([self.start.expand(rows, 1, d), y[:, :-1]], 1)
        decoded = self.transformer(
            x + self.positions[: x.shape[1]], shifted + self.positions[:n], tgt_mask=self.mask
        )
        return self.head(decoded)


def sinusoidal(length, d):
    at = torch.arange(length, dtype=torch.float64)[:, None]
    rate = torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-math.log(10000) / d))
    table = torch.zeros(length, d, dtype=torch.float64)
    table[:, 0::2] = torch.sin(at * rate)
    table[:, 1::2] = torch.cos(at * rate)[:, : d // 2]
    return table.float()


def adam(parameters, lr):
    """The quickest Adam that this PyTorch has for a CPU: fused since 2.4."""
    parameters = list(parameters)
    try:
        return torch.optim.Adam(parameters, lr=lr, fused=True), "fused"
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, lr=lr, foreach=True), "foreach"


class Training:
    def __init__(self, job):
        tensors = read_safetensors(job["file"])
        self.x, self.y = tensors.pop("data.x"), tensors.pop("data.y")
        self.batches = tensors.pop("data.order").long().split(job["batch"])
        self.model = EncoderDecoder(job["model"], job["dropout"])
        self.model.load_state_dict(tensors)
        self.model.train()
        self.parameters = list(self.model.parameters())
        self.optimizer, _ = adam(self.parameters, job["lr"])
        self.loss = nn.MSELoss()
        self.steps = 0

    def step(self):
        rows = self.batches[self.steps % len(self.batches)]
        self.steps += 1
        x, y = self.x[rows], self.y[rows]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(x, y), y)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        return loss

    def check(self, steps):
        return {"losses": [self.step().item() for _ in range(steps)]}


class Predicting:
    def __init__(self, job):
        tensors = read_safetensors(job["file"])
        rows = job["batch"]
        self.x, self.y = tensors.pop("data.x")[:rows], tensors.pop("data.y")[:rows]
        tensors.pop("data.order")
        self.model = EncoderDecoder(job["model"], 0.0)
        self.model.load_state_dict(tensors)
        self.model.eval()

    def step(self):
        with torch.inference_mode():
            return self.model(self.x, self.y)

    def check(self, _steps):
        return {"outputs": self.step().flatten()[:256].tolist()}


def timed(work, seconds):
    """Milliseconds of each step, for as long as `seconds`, and of three at least."""
    times = []
    begin = time.perf_counter()
    last = begin
    while last - begin < seconds or len(times) < 3:
        work.step()
        now = time.perf_counter()
        times.append(1000 * (now - last))
        last = now
    return {"ms": times}


def blas():
    """Which BLAS the products run on and, of OpenBLAS, which CPU it takes this one for."""
    try:
        library = ctypes.CDLL("libopenblas.so.0")
        library.openblas_get_corename.restype = ctypes.c_char_p
        return f"OpenBLAS for {library.openblas_get_corename().decode()}"
    except (OSError, AttributeError):
        return "BLAS unknown"


def hello():
    _, how = adam([torch.zeros(1, requires_grad=True)], 1e-3)
    notes = f"{blas()}, {torch.get_num_threads()} thread, Adam {how}"
    return {"version": torch.__version__, "notes": notes}


def answer(request, works):
    name, what = request.get("name"), request["do"]
    if what == "hello":
        return hello()
    if what == "load":
        kinds = {"train": Training, "predict": Predicting}
        works[name] = kinds[request["job"]["kind"]](request["job"])
        return {}
    if what == "check":
        return works[name].check(request["steps"])
    if what == "time":
        return timed(works[name], request["seconds"])
    if what == "drop":
        works.pop(name, None)
        return {}
    raise ValueError(f"unknown request {what}")


def main():
    works = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"id": request["id"], "ok": answer(request, works)}
        except Exception as error:
            reply = {"id": request["id"], "error": f"{type(error).__name__}: {error}".split("\n")[0]}
        print(json.dumps(reply), flush=True)


main()
