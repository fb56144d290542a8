"""The reference: a description as a PyTorch model, and the numbers that PyTorch gets from it."""

import math
import warnings

import torch
from torch import nn
from torch.nn import functional as F

from cases import BEGIN, END, PADDING, ROWS, STEPS

warnings.filterwarnings("ignore", message="enable_nested_tensor")


def turned(x):
    """Rotary positions (Su et al., 2021, section 3.2.2): neighbouring columns of x [.., time, width]
    are complex numbers, turned by their place's angles."""
    width = x.size(-1)
    theta = 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(x.size(-2), dtype=torch.float64)[:, None] * theta
    pairs = torch.view_as_complex(x.double().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2).to(x)


def alibi(heads, time):
    """-slope * distance [heads, time, time] (Press et al., 2022; get_slopes of their code)."""
    def slopes(n):
        if math.log2(n).is_integer():
            start = 2 ** -(2 ** -(math.log2(n) - 3))
            return [start ** (i + 1) for i in range(n)]
        before = 2 ** math.floor(math.log2(n))
        return slopes(before) + slopes(2 * before)[0::2][:n - before]
    place = torch.arange(time)
    return -torch.tensor(slopes(heads))[:, None, None] * (place[:, None] - place).abs()


def bucket(difference, one_sided, count=32, furthest=128):
    """The row of T5's table (Raffel et al., 2020; _relative_position_bucket of their code) for key
    minus query."""
    row = torch.zeros_like(difference)
    if one_sided:
        distance = -difference.clamp(max=0)
    else:
        count //= 2
        row, distance = (difference > 0) * count, difference.abs()
    exact = count // 2
    size = torch.log(distance.clamp(min=1) / exact) / math.log(furthest / exact)
    large = (exact + size * (count - exact)).long().clamp(max=count - 1)
    return row + torch.where(distance < exact, distance, large)


def hidden(scores, mask):
    """`mask` is True where a score is hidden, or is added to it: nn.Transformer's layers do both."""
    return scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask


class SelfAttention(nn.MultiheadAttention):
    """Attention within a side, as the equations have it, with positions told by `position`. `table`
    is called for T5's, [bucket, head]."""

    def __init__(self, width, heads, position, one_sided, table):
        super().__init__(width, heads, batch_first=True)
        self.position, self.one_sided, self.table = position, one_sided, table

    def forward(self, x, key, value, key_padding_mask=None, attn_mask=None, **options):
        heads = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        query, key, value = (part.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
                             for part in heads.chunk(3, -1))
        if self.position == "rotary":
            query, key = turned(query), turned(key)
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.head_dim)
        time = x.size(1)
        if self.position == "alibi":
            scores = scores + alibi(self.num_heads, time)
        if self.position == "relative":
            place = torch.arange(time)
            rows = bucket(place - place[:, None], self.one_sided)
            scores = scores + self.table()[rows].permute(2, 0, 1)
        if key_padding_mask is not None:
            scores = hidden(scores, key_padding_mask[:, None, None])
        if attn_mask is not None:
            scores = hidden(scores, attn_mask)
        mixed = scores.softmax(-1) @ value
        return self.out_proj(mixed.transpose(1, 2).flatten(2)), None


class Translator(nn.Transformer):
    """nn.Transformer with embeddings, positions and an output layer."""

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
        self.position = model["position"]
        if self.position != "sinusoidal":
            for side, layers in [(self.encoder, description["encoder"]),
                                 (self.decoder, description["decoder"])]:
                self.tell_positions(side, layers[0]["self_attention"]["heads"])
        self.source_embedding = nn.Embedding(source, width)
        self.target_embedding = nn.Embedding(target, width)
        self.output = nn.Linear(width, target)
        matrices = {"source": self.source_embedding, "target": self.target_embedding,
                    "output": self.output}
        self.absent = [data[side].get("absent", PADDING) for side in ("source", "target")]
        tied = model["embedding"].get("tie", [])
        for name in tied[1:]:
            matrices[name].weight = matrices[tied[0]].weight

    def tell_positions(self, side, heads):
        """Gives a side self-attention that knows positions, and T5's table, one for all layers."""
        if self.position == "relative":
            side.relative_attention_bias = nn.Embedding(32, heads)
        for layer in side.layers:
            layer.self_attn = SelfAttention(self.d_model, heads, self.position, side is self.decoder,
                                            lambda: side.relative_attention_bias.weight)

    def embed(self, embedding, ids):
        width = self.d_model
        if self.position != "sinusoidal":
            return embedding(ids) * math.sqrt(width)
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
