"""The reference: a description as a PyTorch model, and the numbers that PyTorch gets from it."""

import math
import warnings

import torch
from torch import nn
from torch.nn import functional as F

from cases import BEGIN, END, PADDING, ROWS, STEPS

warnings.filterwarnings("ignore", message="enable_nested_tensor")


class Translator(nn.Transformer):
    """nn.Transformer with embeddings, sinusoidal positions and an output layer."""

    def __init__(self, description):
        model, data = description["model"], description["data"]
        encoder, decoder = description["encoder"][0], description["decoder"][0]
        width, source = model["width"], data["source"]["vocabulary"]
        target = data["target"].get("vocabulary", source)
        super().__init__(
            width, encoder["self_attention"]["heads"], encoder["repeat"], decoder["repeat"],
            encoder["feed_forward"]["width"], model["dropout"],
            encoder["feed_forward"]["activation"], batch_first=True,
            norm_first=model["norm"] == "pre")
        self.source_embedding = nn.Embedding(source, width)
        self.target_embedding = nn.Embedding(target, width)
        self.output = nn.Linear(width, target)
        matrices = {"source": self.source_embedding, "target": self.target_embedding,
                    "output": self.output}
        self.absent = [data[side].get("absent", PADDING) for side in ("source", "target")]
        tied = model["embedding"].get("tie", [])
        for name in tied[1:]:
            matrices[name].weight = matrices[tied[0]].weight

    def embed(self, embedding, ids):
        width = self.d_model
        place = torch.arange(ids.size(1), dtype=torch.float64)[:, None]
        angle = place * torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        positions = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
        return embedding(ids) * math.sqrt(width) + positions.to(embedding.weight)

    def forward(self, source, target):
        """Logits [batch, time, vocabulary]; `target` begins with BEGIN, both are padded."""
        later = torch.ones(target.size(1), target.size(1), dtype=torch.bool).triu(1)
        hidden = [(ids == PADDING) | (ids == absent)
                  for ids, absent in zip((source, target), self.absent)]
        return self.output(super().forward(
            self.embed(self.source_embedding, source), self.embed(self.target_embedding, target),
            tgt_mask=later, src_key_padding_mask=hidden[0], tgt_key_padding_mask=hidden[1],
            memory_key_padding_mask=hidden[0]))

    def tensors(self):
        """Name to parameter; tied ones once, under the first of their names."""
        return dict(self.named_parameters())

    def load(self, tensors):
        """Loads `tensors`, which must be exactly those of tensors()."""
        assert tensors.keys() == self.tensors().keys(), tensors.keys() ^ self.tensors().keys()
        first = {id(parameter): name for name, parameter in self.named_parameters()}
        self.load_state_dict({name: tensors[first[id(parameter)]]
                              for name, parameter in self.state_dict(keep_vars=True).items()})


def random_weights(description, seed):
    """nn.Transformer's own start; embeddings and output uniform in 0.1. Biases and norms, which
    start at 0 and 1, are moved, or they would hide mistakes. Rounded to bfloat16, they pack well."""
    torch.manual_seed(seed)
    model = Translator(description)
    with torch.no_grad():
        for name, parameter in model.tensors().items():
            if "embedding" in name or "output" in name.split(".")[0]:
                parameter.uniform_(-0.1, 0.1)
            elif parameter.dim() == 1:
                parameter.add_(torch.empty_like(parameter).uniform_(-0.1, 0.1))
    return {name: parameter.detach().bfloat16().float()
            for name, parameter in model.tensors().items()}


def padded(rows):
    longest = max(map(len, rows))
    return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])


def expected(description, weights, sources, targets, dtype=torch.float64):
    """All that check.py compares, as plain numbers. float64, so that the differences are those of
    the program under test."""
    model = Translator(description).to(dtype)
    model.load(weights)
    source = padded([s + [END] for s in sources])
    shifted = padded([[BEGIN] + t for t in targets])
    target = padded([t + [END] for t in targets])

    logits = model(source, shifted)
    log_probabilities = logits.detach().log_softmax(-1)
    chosen = log_probabilities.gather(-1, target[..., None])[..., 0]

    train, losses, gradients = description["train"], [], {}
    optimizer = torch.optim.Adam(
        model.parameters(), train["schedule"]["rate"], betas=train["optimizer"]["betas"],
        eps=train["optimizer"]["epsilon"])
    for step in range(STEPS):
        loss = F.cross_entropy(
            model(source, shifted).flatten(0, 1), target.flatten(), ignore_index=PADDING,
            label_smoothing=description["loss"]["label_smoothing"])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {name: parameter.grad.flatten().tolist()
                         for name, parameter in model.tensors().items()}
        optimizer.step()
        losses.append(loss.item())

    return {
        "losses": losses,
        "log_probabilities": [chosen[i, :len(t) + 1].tolist() for i, t in enumerate(targets)],
        "rows": [log_probabilities[line, place].tolist() for line, place in ROWS],
        "gradients": gradients,
    }
