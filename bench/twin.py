#!/usr/bin/env python3
"""The training steps of InternVideoNext in plain, eager PyTorch: the same work, to compare speeds with.

Reads the configuration that `./ivnext bench train --json` embeds (or a bare run configuration), runs synthetic
clips that lie on the device, and writes the same JSON as `./ivnext bench train`. It is written from the method's
description and shares no code with any other implementation. It trains nothing useful: weights are random.

    python3 bench/twin.py --config ours.json --json twin.json

`./ivnext bench twin` runs both programs by turns and compares them. `--trace FILE` measures nothing and writes the
step's loss as TorchScript instead, which `./ivnext bench traced` runs on its own libtorch.
"""
import argparse, datetime, json, math, os, platform, random, re, subprocess, sys, time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

FUSED_ATTENTION = hasattr(F, "scaled_dot_product_attention")  # PyTorch 2.0
FUSED_RMS_NORM = hasattr(F, "rms_norm")  # PyTorch 2.4


# ---------------------------------------------------------------- layers

def attend(q, k, v, mask=None):
    """Softmax attention, [B, H, N, D]; mask is additive."""
    if FUSED_ATTENTION:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores + mask
    return scores.softmax(-1) @ v


def split_heads(x, heads):
    return x.unflatten(2, (heads, x.shape[2] // heads)).transpose(1, 2)


class RmsNorm(nn.Module):
    def __init__(self, width, eps=1e-6):
        super().__init__()
        self.eps, self.weight = eps, nn.Parameter(torch.ones(width))

    def forward(self, x):
        if FUSED_RMS_NORM:
            return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)
        full = x.float()
        return (full * (full.square().mean(-1, keepdim=True) + self.eps).rsqrt()).to(x.dtype) * self.weight


class LayerNorm(nn.LayerNorm):
    """With or without bias, in every version of PyTorch."""

    def __init__(self, width, eps, bias=True):
        super().__init__(width, eps)
        if not bias:
            self.bias = None


def gelu(x, kind="exact"):
    return F.gelu(x, approximate="none" if kind == "exact" else "tanh")


class Mlp(nn.Module):
    def __init__(self, width, hidden, kind):
        super().__init__()
        self.fc1, self.fc2, self.kind = nn.Linear(width, hidden), nn.Linear(hidden, width), kind

    def forward(self, x):
        return self.fc2(gelu(self.fc1(x), self.kind))


class Head(nn.Module):
    """Linear, GELU, Linear, LayerNorm."""

    def __init__(self, width, outputs):
        super().__init__()
        self.first, self.second, self.norm = nn.Linear(width, width), nn.Linear(width, outputs), nn.LayerNorm(outputs, 1e-5)

    def forward(self, x):
        return self.norm(self.second(gelu(self.first(x))))


class Block(nn.Module):
    """Pre-norm transformer block with normalised queries and keys, layer scale and drop-path."""

    def __init__(self, width, heads, hidden, kind, scale, eps, drop):
        super().__init__()
        self.heads, self.drop = heads, drop
        self.norm1, self.norm2 = RmsNorm(width, eps), RmsNorm(width, eps)
        self.qkv, self.q_norm, self.k_norm = nn.Linear(width, 3 * width, bias=False), RmsNorm(width, eps), RmsNorm(width, eps)
        self.proj, self.mlp = nn.Linear(width, width), Mlp(width, hidden, kind)
        self.ls1 = None if scale is None else nn.Parameter(torch.full((width,), float(scale)))
        self.ls2 = None if scale is None else nn.Parameter(torch.full((width,), float(scale)))

    def add(self, x, branch, scale, train):
        if train and self.drop > 0:
            keep = torch.empty(len(x), 1, 1, dtype=x.dtype, device=x.device).bernoulli_(1 - self.drop) / (1 - self.drop)
            branch = branch * keep
        return x + branch if scale is None else torch.addcmul(x, branch, scale)

    def forward(self, x, train):
        q, k, v = self.qkv(self.norm1(x)).chunk(3, 2)
        mixed = attend(*(split_heads(t, self.heads) for t in (self.q_norm(q), self.k_norm(k), v)))
        x = self.add(x, self.proj(mixed.transpose(1, 2).flatten(2)), self.ls1, train)
        return self.add(x, self.mlp(self.norm2(x)), self.ls2, train)


def positions(encoder):
    """Sine-cosine table: a quarter of the channels for time, the rest for columns, then rows; zeros for class tokens."""
    width, frames, grid = encoder.c["width"], encoder.c["frames"], encoder.grid

    def axis(length, channels):
        angle = torch.outer(torch.arange(length).double(), (torch.arange(channels // 2).double() * (-math.log(10000) / (channels // 2))).exp())
        return torch.cat([angle.sin(), angle.cos()], 1)
    shape, time, space = (frames, grid, grid, -1), axis(frames, width // 4), axis(grid, width // 4 * 3 // 2)
    table = torch.cat([time[:, None, None].expand(shape), space[None, None].expand(shape), space[None, :, None].expand(shape)], -1).view(-1, width)
    return nn.Parameter(torch.cat([torch.zeros(encoder.classes, width), table.float()])[None])


def initialise(module, std):
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.trunc_normal_(layer.weight, std=std, a=-4 * std, b=4 * std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def select(tokens, index):
    """tokens[b, index[b, m]]: whole rows of a flat table."""
    clips, length, width = tokens.shape
    rows = index if clips == 1 else index + torch.arange(clips, device=index.device).mul_(length).unsqueeze_(1)
    return tokens.reshape(-1, width).index_select(0, rows.flatten()).view(*index.shape, width)


# ---------------------------------------------------------------- encoder, predictor, decoders

class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, width, pixels, eps = c, c["width"], 3 * c["patch_size"] ** 2, c["norm_eps"]
        self.grid = c["image_size"] // c["patch_size"]
        self.tokens, self.classes = c["frames"] * self.grid ** 2, c["class_tokens"]
        self.norm_before, self.norm = RmsNorm(pixels, eps), RmsNorm(width, eps)
        self.patch = nn.Linear(pixels, width)
        self.cls_token = nn.Parameter(torch.randn(1, self.classes, width) * c["init_std"])
        self.pos_embed = positions(self)
        rate = lambda i: c["drop_path"] * i / (c["depth"] - 1) if c["depth"] > 1 else 0
        self.blocks = nn.ModuleList(Block(width, c["heads"], round(width * c["mlp_ratio"]), c["gelu"], c["layer_scale_init"], eps, rate(i)) for i in range(c["depth"]))
        self.pool = Pool(width, c["pool_heads"], c["pool_width"])

    def embed(self, video):
        p, g = self.c["patch_size"], self.grid
        patches = video.reshape(len(video), 3, -1, g, p, g, p).permute(0, 2, 3, 5, 4, 6, 1).reshape(len(video), self.tokens, -1)
        return self.norm(self.patch(self.norm_before(patches))) + self.pos_embed[:, self.classes:]

    def encode(self, patches, visible, train):
        kept = patches if visible is None else select(patches, visible)
        x = torch.cat([(self.cls_token + self.pos_embed[:, :self.classes]).expand(len(kept), -1, -1), kept], 1)
        layers = []
        for block in self.blocks:
            x = block(x, train)
            layers.append(x)
        return layers


class Pool(nn.Module):
    """Attention pooling whose query is the mean token."""

    def __init__(self, width, heads, outputs):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width, 1e-5) for _ in range(3))
        self.maps = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        self.proj = nn.Linear(width, outputs)

    def forward(self, x):
        q, k, v = (split_heads(m(n(t)), self.heads) for m, n, t in zip(self.maps, self.norms, (x.mean(1, keepdim=True), x, x)))
        return self.proj(attend(q, k, v).transpose(1, 2).flatten(2)).squeeze(1)


class BertLayer(nn.Module):
    def __init__(self, c, layer):
        super().__init__()
        width, self.heads = c["width"], c["heads"]
        self.is_global = layer % c["global_every"] == 0
        self.attn_norm = None if layer == 0 else LayerNorm(width, c["norm_eps"], bias=False)
        self.mlp_norm = LayerNorm(width, c["norm_eps"], bias=False)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.wi, self.wo = nn.Linear(width, 2 * c["intermediate"], bias=False), nn.Linear(c["intermediate"], width, bias=False)

    def forward(self, x, rotary, window):
        q, k, v = (split_heads(t, self.heads) for t in self.qkv(x if self.attn_norm is None else self.attn_norm(x)).chunk(3, 2))
        q, k = rotate(q, rotary), rotate(k, rotary)
        mixed = attend(q, k, v) if self.is_global else window(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        a, b = self.wi(self.mlp_norm(x)).chunk(2, -1)
        return x + self.wo(gelu(a) * b)


def rotary_table(length, width, theta, like):
    angle = torch.outer(torch.arange(length, device=like.device).float(), 1 / theta ** (torch.arange(0, width, 2, device=like.device).float() / width))
    cos, sin = angle.cos(), angle.sin()
    return torch.cat([cos, cos], 1).to(like.dtype), torch.cat([-sin, sin], 1).to(like.dtype)


def rotate(x, table):
    return torch.addcmul(x * table[0], x.roll(x.shape[-1] // 2, -1), table[1])


def local_attention(length, radius, like):
    """Attention within a band: blocks with their neighbours where that is cheaper, else one masked matrix."""
    additive = lambda outside: torch.zeros(outside.shape, dtype=like.dtype, device=like.device).masked_fill_(outside, -math.inf)
    place = torch.arange(length, device=like.device)
    block = (radius + 15) // 16 * 16
    if length <= 6 * block:
        mask = additive((place[:, None] - place).abs() > radius)
        return lambda q, k, v: attend(q, k, v, mask)
    count, behind = -(-length // block), -length % block
    start = torch.arange(count, device=like.device).mul_(block).view(-1, 1, 1)
    query, key = start + torch.arange(block, device=like.device).view(1, -1, 1), start + torch.arange(-block, 2 * block, device=like.device).view(1, 1, -1)
    mask = additive(((query - key).abs() > radius) | (key < 0) | (key >= length))[None]
    blocks = lambda x, margin: F.pad(x, (0, 0, margin * block, behind + margin * block)).reshape(x.shape[0] * x.shape[1], -1, block, x.shape[3])
    near = lambda x: blocks(x, 1).unfold(1, 3, 1).permute(0, 1, 4, 2, 3).reshape(x.shape[0] * x.shape[1], -1, 3 * block, x.shape[3])
    return lambda q, k, v: attend(blocks(q, 0), near(k), near(v), mask).reshape(q.shape[0], q.shape[1], -1, q.shape[3])[:, :, :length]


class Predictor(nn.Module):
    def __init__(self, c, encoder):
        super().__init__()
        self.c, self.classes, inner, width = c, encoder.classes, encoder.c["width"], c["width"]
        self.mask_token = nn.Parameter(torch.randn(1, 1, inner) * 0.02)
        self.positions = positions(encoder)
        self.head = Head(inner, width)
        self.layers = nn.ModuleList(BertLayer(c, i) for i in c["layer_ids"]) if c["kind"] == "modern_bert" else nn.ModuleList(
            Block(width, c["heads"], round(width * c["mlp_ratio"]), c["gelu"], c.get("layer_scale_init"), 1e-6, 0) for _ in range(c["depth"]))

    def forward(self, encoded, visible, masked):
        clips = len(encoded)
        places = torch.cat([visible, masked], 1).argsort(1).add_(self.classes)
        front = torch.arange(self.classes, device=places.device).expand(clips, -1)
        tokens = torch.cat([encoded, self.mask_token.expand(clips, masked.shape[1], -1)], 1)
        x = self.head(select(tokens, torch.cat([front, places], 1)) + self.positions)
        if self.c["kind"] == "modern_bert":
            width, length = self.c["width"] // self.c["heads"], x.shape[1]
            tables = {g: rotary_table(length, width, self.c["global_theta" if g else "local_theta"], x) for g in (True, False)}
            window = local_attention(length, self.c["local_attention"] // 2, x)
            for layer in self.layers:
                x = layer(x, tables[layer.is_global], window)
        else:
            for layer in self.layers:
                x = layer(x, False)
        return x.gather(1, (masked + self.classes).unsqueeze(-1).expand(-1, -1, x.shape[2]))


class Diffusion(nn.Module):
    """A small network that estimates the noise of each masked token's pixels, with the loss of noise and variance."""

    def __init__(self, c, predictor_width, pixels):
        super().__init__()
        width, self.pixels, self.steps = c["width"], pixels, c["steps"]
        self.share, self.levels = c.get("token_share", 1), c.get("noise_levels", 1)
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.condition, self.input = nn.Linear(predictor_width, width), nn.Linear(pixels, width)
        self.blocks = nn.ModuleList(DiffusionBlock(width) for _ in range(c["depth"]))
        self.modulation, self.output = nn.Linear(width, 2 * width), nn.Linear(width, 2 * pixels)
        for layer in (self.modulation, self.output):
            nn.init.zeros_(layer.weight), nn.init.zeros_(layer.bias)
        alpha_bar = lambda s: math.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2
        beta = torch.tensor([min(1 - alpha_bar((t + 1) / self.steps) / alpha_bar(t / self.steps), 0.999) for t in range(self.steps)], dtype=torch.float64)
        bar = (1 - beta).cumprod(0)
        before = torch.cat([torch.ones(1, dtype=torch.float64), bar[:-1]])
        variance = beta * (1 - before) / (1 - bar)
        small = torch.cat([variance[1:2], variance[1:]]).log()
        move = beta * before.sqrt() / (1 - bar) * (1 / bar - 1).sqrt()
        self.table = torch.stack([bar.sqrt(), (1 - bar).sqrt(), small, beta.log(), move], 1).float()

    def network(self, noisy, t, z):
        index = torch.arange(128, device=t.device).float()
        angle = t.float().unsqueeze(1) * (index * (-math.log(10000) / 128)).exp()
        dtype = self.input.weight.dtype
        y = F.silu(self.time(torch.cat([angle.cos(), angle.sin()], 1).to(dtype)) + self.condition(z))
        x = self.input(noisy.to(dtype))
        for block in self.blocks:
            x = block(x, y)
        shift, scale = self.modulation(y).chunk(2, -1)
        return self.output(torch.addcmul(shift, F.layer_norm(x, (x.shape[-1],), eps=1e-6), scale + 1))

    def forward(self, target, z):
        if self.share < 1:  # the loss reads some of the masked tokens
            chosen = torch.randperm(len(target), device=z.device)[:max(1, round(self.share * len(target)))]
            target, z = target[chosen], z[chosen]
        if self.levels > 1:
            target, z = target.repeat(self.levels, 1), z.repeat(self.levels, 1)
        t = torch.randint(self.steps, (len(target),), device=z.device)
        noise, target = torch.randn(target.shape, device=z.device), target.float()
        signal, sigma, small, large, move = self.table[t].unsqueeze(-1).unbind(1)
        output = self.network(torch.addcmul(signal * target, sigma, noise), t, z).float()
        error, v = output[:, :self.pixels] - noise, output[:, self.pixels:]
        mean_error, above = error.detach() * move, (v + 1) * ((large - small) * 0.5)
        squared = (mean_error * (-0.5 * small).exp()).square()
        bound = 0.5 * (above - 1 + (squared + 1) * (-above).exp()).mean(-1)
        if t.device.type == "cpu":  # one row in a thousand; counting them would make a graphics card wait
            rows = t.eq(0).nonzero().squeeze(1)
            bound = bound.index_copy(0, rows, surprise(target[rows], mean_error[rows], (above + small)[rows]))
        else:
            bound = torch.where(t.eq(0), surprise(target, mean_error, above + small), bound)
        return (error.square().mean(-1) + bound / math.log(2)).mean()


def surprise(value, centred, log_variance):
    """Negative log-likelihood of 8-bit levels under a discretised Gaussian."""
    inverse = (-0.5 * log_variance).exp()
    cdf = lambda x: 0.5 * (1 + (math.sqrt(2 / math.pi) * (x + 0.044715 * x.pow(3))).tanh())
    below, under = cdf((centred + 1 / 255) * inverse), cdf((centred - 1 / 255) * inverse)
    inside = torch.where(value > 0.999, 1 - under, below - under)
    return -torch.where(value < -0.999, below, inside).clamp_min(1e-12).log().mean(-1)


class DiffusionBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, 1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, 3 * width)
        nn.init.zeros_(self.modulation.weight), nn.init.zeros_(self.modulation.bias)

    def forward(self, x, y):
        shift, scale, gate = self.modulation(y).chunk(3, -1)
        return torch.addcmul(x, gate, self.mlp(torch.addcmul(shift, self.norm(x), scale + 1)))


class LinearPixels(nn.Module):
    def __init__(self, predictor_width, pixels):
        super().__init__()
        self.proj = nn.Linear(predictor_width, pixels)

    def forward(self, target, z):
        return (self.proj(z).float() - target.float()).square().mean()


class Alignment(nn.Module):
    def __init__(self, c, encoder):
        super().__init__()
        self.classes, width = encoder.classes, encoder.c["width"]
        self.positions = positions(encoder)
        self.middle = nn.ModuleList(Head(width, c["teacher_width"]) for _ in range(c["layers"]))
        self.final = Head(encoder.c["pool_width"], c["teacher_width"])

    def forward(self, layers, pooled, visible, middle, final, weights):
        count = visible.shape[1]
        positions = self.positions[0, self.classes:].index_select(0, visible.reshape(-1)).view(*visible.shape, -1)
        student = torch.stack([F.normalize(head(x[:, self.classes:] + positions), dim=-1) for head, x in zip(self.middle, layers[-len(self.middle):])])
        target = middle.gather(2, visible[None, :, :, None].expand(student.shape))
        return weights[0] * cosine(student, target) + weights[1] * cosine(F.normalize(self.final(pooled), dim=-1), final)


def cosine(a, b):
    return (2 - 2 * (a.float() * b.float()).sum(-1)).mean()


# ---------------------------------------------------------------- teacher

class SiglipLayer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, self.heads = c["width"], c["heads"]
        self.norm1, self.norm2 = nn.LayerNorm(width, c["eps"]), nn.LayerNorm(width, c["eps"])
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
        self.mlp = Mlp(width, c["intermediate"], "tanh")

    def forward(self, x):
        y = self.norm1(x)
        mixed = attend(*(split_heads(m(y), self.heads) for m in (self.q, self.k, self.v)))
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))


class Siglip(nn.Module):
    def __init__(self, c, interval, layers):
        super().__init__()
        width, self.c = c["width"], c
        self.grid = c["image_size"] // c["patch_size"]
        self.patch, self.positions = nn.Linear(3 * c["patch_size"] ** 2, width), nn.Parameter(torch.randn(1, self.grid ** 2, width) / width ** 0.5)
        self.layers = nn.ModuleList(SiglipLayer(c) for _ in range(c["depth"]))
        self.post, self.probe = nn.LayerNorm(width, c["eps"]), nn.Parameter(torch.randn(1, 1, width) / width ** 0.5)
        self.packed, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.head_norm, self.head_mlp = nn.LayerNorm(width, c["eps"]), Mlp(width, c["intermediate"], "tanh")
        self.kept = [c["depth"] - math.floor(k * interval) - 1 for k in range(layers)][::-1]

    def head(self, x):
        width, heads = self.c["width"], self.c["heads"]
        w, b = self.packed.weight, self.packed.bias
        q = F.linear(self.probe, w[:width], b[:width]).view(1, heads, 1, -1)
        k, v = F.linear(x, w[width:], b[width:]).unflatten(2, (2 * heads, -1)).transpose(1, 2).chunk(2, 1)
        attention = ((q * (width // heads) ** -0.5) @ k.transpose(2, 3)).softmax(-1, dtype=torch.float32)
        mixed = self.out((attention.to(x.dtype) @ v).flatten(1))
        return mixed + self.head_mlp(self.head_norm(mixed)), attention.mean((1, 2))

    @torch.no_grad()
    def observe(self, video):
        clips, frames, size, patch = len(video), video.shape[2], self.c["image_size"], self.c["patch_size"]
        images = video.permute(0, 2, 1, 3, 4).reshape(-1, 3, *video.shape[3:])
        if images.shape[2] != size:
            images = F.interpolate(images, (size, size), mode="bicubic", align_corners=False)
        channels = lambda values: torch.tensor(values, dtype=video.dtype, device=video.device).view(1, 3, 1, 1)
        images = torch.addcmul(channels([2 * m - 1 for m in (0.485, 0.456, 0.406)]), images, channels([2 * s for s in (0.229, 0.224, 0.225)]))
        patches = images.reshape(len(images), 3, self.grid, patch, self.grid, patch).permute(0, 2, 4, 1, 3, 5).reshape(len(images), self.grid ** 2, -1)
        x, states = self.patch(patches) + self.positions, {}
        for i, layer in enumerate(self.layers):
            if i in self.kept:
                states[i] = x
            x = layer(x)
        pooled, attention = self.head(self.post(x))
        unit = lambda y: F.normalize(y.float(), dim=-1).to(y.dtype)
        middle = torch.stack([unit(states[i]) for i in self.kept]).view(len(self.kept), clips, -1, self.c["width"]) if self.kept else None
        return middle, F.normalize(pooled.float(), dim=-1).view(clips, frames, -1).mean(1), attention


# ---------------------------------------------------------------- masks

class Masks:
    def __init__(self, c, encoder):
        self.c, self.frames, self.grid = c, encoder.c["frames"], encoder.grid
        self.per_frame = self.grid ** 2
        if c["kind"] not in ("semantic", "random", "tube", "multi_block"):
            sys.exit(f"twin: masking of kind {c['kind']} is not in the twin")

    def draw(self, clips, saliency, device):
        kind, tokens = self.c["kind"], self.frames * self.per_frame
        if kind == "multi_block":
            return [self.blocks(clips, device, spec["count"], spec["scale"]) for spec in self.c["blocks"]]
        if kind == "semantic":
            weight = saliency.float().clamp_min(1e-30)
            if self.c["selection"] == "draw":
                weight = weight / torch.empty_like(weight).exponential_()
            order = torch.sort(weight, dim=1, descending=True, stable=True)[1]
            masked = math.floor(self.c["ratio"] * self.per_frame)
            salient = self.c["keep"] == "salient"
            count = self.per_frame - masked if salient else masked
            first, rest = order[:, :count].sort(1)[0], order[:, count:].sort(1)[0]
            start = torch.arange(self.frames, device=device).mul_(self.per_frame).unsqueeze(1)
            first, rest = ((x.view(clips, self.frames, -1) + start).flatten(1) for x in (first, rest))
            return [(first, rest) if salient else (rest, first)]
        length = tokens if kind == "random" else self.per_frame
        order = torch.rand(clips, length, device=device).argsort(1)
        masked = math.floor(self.c["ratio"] * length)
        masked, visible = order[:, :masked].sort(1)[0], order[:, masked:].sort(1)[0]
        if kind == "tube":
            start = torch.arange(self.frames, device=device).mul_(self.per_frame).view(1, -1, 1)
            masked, visible = ((x.unsqueeze(1) + start).flatten(1) for x in (masked, visible))
        return [(visible, masked)]

    def blocks(self, clips, device, count, scale):
        g, c = self.grid, self.c
        area, aspect = math.floor(g * g * scale), random.uniform(c["aspect_min"], c["aspect_max"])
        height, width = (min(max(round(math.sqrt(x)), 1), g) for x in (area * aspect, area / aspect))
        if height == g and width == g:
            width -= 1
        rows = []
        for _ in range(clips):
            covered = set(range(g * g))
            while len(covered) == g * g:
                covered = set()
                for _ in range(count):
                    top, left = random.randrange(g - height + 1), random.randrange(g - width + 1)
                    covered.update(r * g + col for r in range(top, top + height) for col in range(left, left + width))
            rows.append([f * g * g + p for f in range(self.frames) for p in range(g * g) if p not in covered])
        keep = min(c.get("max_keep") or 400 * self.frames // 8, min(map(len, rows)))
        if c["trim"] == "random":
            rows = [sorted(random.sample(row, keep)) for row in rows]
        visible = [row[:keep] for row in rows]
        masked = [[t for t in range(self.frames * g * g) if t not in seen] for seen in map(set, visible)]
        return torch.tensor(visible).to(device, non_blocking=True), torch.tensor(masked).to(device, non_blocking=True)


# ---------------------------------------------------------------- the step

class Stopwatch:
    """Time of each part; off unless a step is measured part by part."""

    def __init__(self, wait):
        self.wait, self.on, self.parts = wait, False, {}

    def __call__(self, part):
        self.part = part
        return self

    def __enter__(self):
        if self.on:
            self.wait()
            self.began, self.inside = time.perf_counter(), self.part

    def __exit__(self, *_):
        if self.on:
            self.wait()
            self.parts[self.inside] = self.parts.get(self.inside, 0) + 1000 * (time.perf_counter() - self.began)


class Step:
    def __init__(self, config, device, with_teacher):
        model, training = config["model"], config["training"]
        self.config, self.training, self.device, self.stage = config, training, device, config["stage"]
        self.dtype = torch.bfloat16 if training["precision"] == "bfloat16" else torch.float32
        self.wait = (lambda: torch.cuda.synchronize(device)) if device.type == "cuda" else (lambda: None)
        self.part = Stopwatch(self.wait)
        self.encoder = Encoder(model["encoder"])
        self.predictor = Predictor(model["predictor"], self.encoder) if model.get("predictor") else None
        pixels = 3 * model["encoder"]["patch_size"] ** 2
        decoder, inner = model.get("decoder"), model["predictor"]["width"] if model.get("predictor") else 0
        self.decoder = None if decoder is None else Diffusion(decoder, inner, pixels) if decoder["kind"] == "diffusion" else \
            LinearPixels(inner, pixels) if decoder["kind"] == "linear_pixel" else Head(inner, decoder.get("target_width") or model["encoder"]["width"])
        self.alignment = Alignment(model["alignment"], self.encoder) if model.get("alignment") else None
        for part, std in ((self.encoder, model["encoder"]["init_std"]), (self.predictor, (model.get("predictor") or {}).get("init_std")),
                          (self.alignment, model["encoder"]["init_std"]), (None if decoder is None or decoder["kind"] != "latent" else self.decoder, (decoder or {}).get("init_std"))):
            if part is not None:
                initialise(part, std)
        self.weights = [config.get(k, 1) for k in ("middle_weight", "final_weight", "pixel_weight")]
        self.teacher = self.make_teacher(model, with_teacher)
        self.masks = Masks(config["masking"], self.encoder)
        self.student = nn.ModuleDict({k: m for k, m in self.parts().items() if k != "teacher"}).to(device, self.dtype)
        if isinstance(self.decoder, Diffusion):
            self.decoder.table = self.decoder.table.to(device)
        if self.stage == "stage2":
            self.encoder.pool.requires_grad_(False)
        if self.teacher is not None:
            self.teacher.requires_grad_(False).to(device, self.dtype)
        self.answers = None if with_teacher or self.stage == "stage2" else self.made_answers(model)
        self.optimise_with()

    def make_teacher(self, model, with_teacher):
        if self.stage == "stage2":
            if self.config["teacher"] != "video" or self.config["teacher_momentum"] != 1:
                sys.exit("twin: only the frozen video teacher is in the twin's Stage 2")
            teacher = Encoder(model["encoder"])
            teacher.load_state_dict(self.encoder.state_dict())
            return teacher
        c = self.config.get("teacher")
        if c is None or not with_teacher:
            return None
        if c["kind"] != "siglip":
            sys.exit("twin: the teacher's sizes are not in the configuration; take the one that bench train --json embeds")
        return Siglip(c["tower"], c["interval"], model["alignment"]["layers"] if model.get("alignment") else 0)

    def made_answers(self, model):
        e, width = self.encoder, model["alignment"]["teacher_width"]
        clips = self.training["batch_size"]
        fill = lambda shape, value, dtype: torch.full(shape, value, dtype=dtype, device=self.device)
        return (fill((model["alignment"]["layers"], clips, e.tokens, width), width ** -0.5, self.dtype), fill((clips, width), width ** -0.5, torch.float32),
                fill((clips * e.c["frames"], e.grid ** 2), 1 / e.grid ** 2, torch.float32))

    def parts(self):
        named = dict(encoder=self.encoder, predictor=self.predictor, decoder=self.decoder, alignment=self.alignment, teacher=self.teacher)
        return {k: m for k, m in named.items() if m is not None}

    def optimise_with(self):
        t, undecayed = self.training, ("cls_token", "pos_embed")
        named = [(n, p) for n, p in self.student.named_parameters() if p.requires_grad]
        self.shared = [p for _, p in named]
        self.masters = self.shared if self.dtype == torch.float32 else [p.detach().float().requires_grad_() for p in self.shared]
        decays = [p.dim() > 1 and n.split(".")[-1] not in undecayed and n != "alignment.positions" for n, p in named]
        groups = [dict(params=[m for m, d in zip(self.masters, decays) if d == wanted], weight_decay=t["weight_decay"] if wanted else 0.0) for wanted in (True, False)]
        options = dict(lr=1e-5, betas=(t["beta1"], t["beta2"]), eps=t["epsilon"])
        try:
            self.optimizer = torch.optim.AdamW(groups, fused=True, **options)
            self.kind = "fused AdamW"
        except (RuntimeError, TypeError):
            self.optimizer = torch.optim.AdamW(groups, foreach=True, **options)
            self.kind = "foreach AdamW"

    def forward(self, clips):
        with self.part("data"):
            video = clips.to(self.dtype)
        return self.stage1(video) if self.stage == "stage1" else self.stage2(video)

    def run(self, clips):
        part = self.part
        with part("optimiser"):
            self.student.zero_grad(set_to_none=True)
        loss = self.forward(clips)
        with part("backward"):
            loss.backward()
        with part("optimiser"):
            self.update()
        self.loss = loss.detach()

    def update(self):
        if self.masters is not self.shared:
            for master, p in zip(self.masters, self.shared):
                master.grad = None if p.grad is None else p.grad.float()
        torch.nn.utils.clip_grad_norm_(self.masters, self.training["clip_norm"])
        self.optimizer.step()
        if self.masters is not self.shared:
            with torch.no_grad():
                for master, p in zip(self.masters, self.shared):
                    p.copy_(master)

    def stage1(self, video):
        part, clips = self.part, len(video)
        with part("teacher"):
            middle, final, saliency = self.answers or (self.teacher.observe(video) if self.teacher is not None else (None, None, None))
        with part("masks"):
            visible, masked = self.masks.draw(clips, saliency, self.device)[0]
        with part("encoder"):
            layers = self.encoder.encode(self.encoder.embed(video), visible, True)
        loss = 0
        if self.alignment is not None and sum(self.weights[:2]) > 0:
            with part("alignment"):
                loss = self.alignment(layers, self.encoder.pool(layers[-1]), visible, middle, final, self.weights)
        if self.decoder is not None and self.weights[2] > 0:
            with part("predictor"):
                z = self.predictor(layers[-1], visible, masked)
            with part("decoder"):
                loss = loss + self.weights[2] * self.decoder(self.pixels(video, masked), z.flatten(0, 1))
        return loss

    def pixels(self, video, masked):
        p, g = self.config["model"]["encoder"]["patch_size"], self.encoder.grid
        tokens = video.unflatten(4, (-1, p)).unflatten(3, (-1, p)).permute(0, 2, 3, 5, 1, 4, 6)
        clip = torch.arange(len(video), device=self.device).unsqueeze(1)
        return tokens[clip, masked // (g * g), masked // g % g, masked % g].reshape(-1, 3 * p * p)

    def stage2(self, video):
        part, classes, loss = self.part, self.encoder.classes, 0
        with part("teacher"), torch.no_grad():
            targets = F.normalize(self.teacher.encode(self.teacher.embed(video), None, False)[-1][:, classes:], dim=-1)
        with part("masks"):
            masks = self.masks.draw(len(video), None, self.device)
        with part("encoder"):
            patches = self.encoder.embed(video)
        for visible, masked in masks:
            with part("encoder"):
                encoded = self.encoder.encode(patches, visible, True)[-1]
            with part("predictor"):
                z = self.predictor(encoded, visible, masked)
            with part("decoder"):
                target = targets.gather(1, masked.unsqueeze(-1).expand(-1, -1, targets.shape[2]))
                loss = loss + cosine(F.normalize(self.decoder(z).float(), dim=-1), target)
        return loss


class TracedStep(nn.Module):
    """The loss as a module whose parts have the names that a result gives them."""

    def __init__(self, step):
        super().__init__()
        for name, part in step.parts().items():
            self.add_module(name, part)
        self.step = [step]  # not a module of this one

    def forward(self, clips):
        return self.step[0].forward(clips)


def write_trace(step, clips, path):
    """Every operator of one step's forward pass, in order. What Python drew or counted is a constant of the trace: the multi-block masks of Stage 2."""
    module = torch.jit.trace(TracedStep(step), (clips,), check_trace=False)
    aside = f"{path}.part"
    torch.jit.save(module, aside)
    os.replace(aside, path)


# ---------------------------------------------------------------- measuring

def quartiles(values):
    ordered = sorted(values)

    def at(share):
        place = share * (len(ordered) - 1)
        below = math.floor(place)
        return ordered[below] + (place - below) * (ordered[math.ceil(place)] - ordered[below])
    return dict(lower=at(0.25), median=at(0.5), upper=at(0.75))


def matrix_peak(device, dtype, wait):
    side = 8192 if device.type == "cuda" else 1536
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    torch.matmul(a, b)
    times, began = [], time.perf_counter()
    while len(times) < 3 or (len(times) < 30 and time.perf_counter() - began < 1):
        wait()
        start = time.perf_counter()
        torch.matmul(a, b)
        wait()
        times.append(time.perf_counter() - start)
    return 2 * side ** 3 / min(times), f"{side} x {side} x {side}, {'bfloat16' if dtype == torch.bfloat16 else 'float32'}"


def forget_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return True
    except OSError:
        return False


def peak_memory(device, forgotten):
    if device.type == "cuda":
        ask = lambda query: subprocess.run(["nvidia-smi", query, "--format=csv,noheader,nounits"], capture_output=True, text=True).stdout.splitlines()
        own = [line.split(",")[1] for line in ask("--query-compute-apps=pid,used_memory") if line.split(",")[0].strip() == str(os.getpid())]
        if own:
            return dict(peak_mebibytes=float(own[0]), method="nvidia-smi: the process's memory after the steps, CUDA context and the allocator's cache included")
        return dict(peak_mebibytes=float(ask("--query-gpu=memory.used")[device.index or 0]), method="nvidia-smi: all memory in use on the card after the steps, by whomever")
    kibibytes = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)
    return dict(peak_mebibytes=int(kibibytes) / 1024, method=f"peak resident memory of the process (VmHWM), {'from warm-up on' if forgotten else 'from its start on'}")


def machine(device, load):
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    name = "cpu"
    if device.type == "cuda":
        name = subprocess.run(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader,nounits", f"--id={device.index or 0}"], capture_output=True, text=True).stdout.strip() or str(device)
    system = re.search(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text()) if os.path.exists("/etc/os-release") else None
    return dict(device=name, processor=cpu.group(1).strip() if cpu else platform.machine(), cores=len(os.sched_getaffinity(0)), threads=torch.get_num_threads(), load=load,
                system=system.group(1) if system else platform.platform(), runtime=f"Python {platform.python_version()}", torch=f"PyTorch {torch.__version__}")


def start_with_threads(count):
    """A BLAS may make threads of its own when it loads, whatever torch is told later: the program starts anew with the number set."""
    wanted = {name: str(count) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.environ.update(wanted)
        os.execv(sys.executable, [sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="a result of ./ivnext bench train --json, or a run's configuration")
    parser.add_argument("--batch", type=int, help="clips a step; the configuration's where not given")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of an operation on the CPU; the configuration's where not given")
    parser.add_argument("--device", help="cpu, cuda or cuda:N; the configuration's where not given")
    parser.add_argument("--without-teacher", action="store_true")
    parser.add_argument("--json", help="write the result here")
    parser.add_argument("--trace", help="write the step's loss as TorchScript to this file and measure nothing")
    args = parser.parse_args()

    read = json.loads(Path(args.config).read_text())
    config = read.get("config", read)
    for key, value in dict(batch_size=args.batch, threads=args.threads, device=args.device).items():
        if value is not None:
            config["training"][key] = value
    training = config["training"]
    if training["accumulation"] != 1 or any(training["recompute"].values()):
        sys.exit("twin: neither accumulation nor recomputation is in the twin")
    if training["threads"]:
        start_with_threads(training["threads"])
        torch.set_num_threads(training["threads"])
    device = torch.device(training["device"])
    torch.manual_seed(training["seed"])
    random.seed(training["seed"])

    step = Step(config, device, not args.without_teacher)
    encoder, data = config["model"]["encoder"], config["data"]
    clips = torch.randn(training["batch_size"], 3, data["frames"], data["size"], data["size"]).to(device)
    if args.trace:
        write_trace(step, clips, args.trace)
        print(f"{args.trace}: the step's loss, traced by PyTorch {torch.__version__}")
        return
    peak, product = matrix_peak(device, step.dtype, step.wait)
    forgotten = forget_peak()

    def timed():
        step.wait()
        began, processor = time.perf_counter(), time.process_time()
        step.run(clips)
        step.wait()
        return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor)

    for _ in range(args.warm_up):
        timed()
    load = os.getloadavg()[0]
    both = [timed() for _ in range(args.steps)]
    times = [clock for clock, _ in both]
    memory = peak_memory(device, forgotten)
    step.part.on, splits = True, []
    for _ in range(args.steps):
        step.part.parts = {}
        whole, _ = timed()
        splits.append({**step.part.parts, "rest": whole - sum(step.part.parts.values())})
    order = ["data", "teacher", "masks", "encoder", "alignment", "predictor", "decoder", "backward", "optimiser", "rest"]
    loss = step.loss.item()

    result = dict(
        program=f"twin, PyTorch {torch.__version__}", command="python3 " + " ".join(sys.argv), measured=datetime.datetime.now(datetime.timezone.utc).isoformat(),
        with_teacher=not args.without_teacher, config=config, machine=machine(device, load),
        parameters={k: sum(p.numel() for p in m.parameters()) for k, m in step.parts().items()},
        throughput=dict(clips_per_second=quartiles([1000 * training["batch_size"] / t for t in times]), milliseconds_per_step=quartiles(times), processor_milliseconds_per_step=quartiles([p for _, p in both]), warm_up=args.warm_up, steps=times),
        parts=[dict(part=p, milliseconds=quartiles([s.get(p, 0) for s in splits])["median"]) for p in order if any(p in s for s in splits)],
        memory=memory, last_loss=loss if math.isfinite(loss) else None,
        notes=[f"{'fused' if FUSED_ATTENTION else 'plain'} attention, {'fused' if FUSED_RMS_NORM else 'plain'} RMSNorm, {step.kind}", f"a matrix product ({product}) runs at {peak / 1e9:.1f} GFLOP/s"])
    flop = (read.get("arithmetic") or {}).get("flop_per_clip")
    if flop:
        speed = flop * result["throughput"]["clips_per_second"]["median"]
        result["arithmetic"] = dict(flop_per_clip=flop, flop_per_second=speed, peak_flop_per_second=peak, utilisation=speed / peak, product=product)
    result = {k: v for k, v in result.items() if v is not None}
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=2))
    speed = result["throughput"]["clips_per_second"]
    print(f"{speed['median']:.1f} clips/s (half of the steps {speed['lower']:.1f} to {speed['upper']:.1f}), loss {loss:.3f}, load {load:.2f}")


if __name__ == "__main__":
    main()
