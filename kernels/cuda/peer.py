"""Times PyTorch at the workloads of cmd/benchgpu, by the same names.

    python3 peer.py BATCH >peer.csv        lines of name,fp32 microseconds,TF32 microseconds
                                           or of name,microseconds in bf16, by autocast

hardware.sh packs it into the bundle. run.sh uses it where PyTorch is installed.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

batch = int(sys.argv[1])
torch.manual_seed(1)
rand = lambda *shape: torch.rand(*shape, device="cuda")


def microseconds(run, repeats=50):
    for _ in range(5):
        run()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / repeats * 1e6


class VAE(nn.Module):
    """The model of package models."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 4, 2, 1), nn.Conv2d(32, 64, 4, 2, 1)
        self.fc1, self.mu, self.logvar = nn.Linear(3136, 256), nn.Linear(256, 10), nn.Linear(256, 10)
        self.fc2, self.fc3 = nn.Linear(10, 256), nn.Linear(256, 3136)
        self.deconv1, self.deconv2 = nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ConvTranspose2d(32, 1, 4, 2, 1)

    def losses(self, x):
        h = F.relu(self.fc1(F.relu(self.conv2(F.relu(self.conv1(x)))).flatten(1)))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        h = F.relu(self.fc3(F.relu(self.fc2(z)))).view(-1, 64, 7, 7)
        y = torch.sigmoid(self.deconv2(F.relu(self.deconv1(h)))).float()
        with torch.autocast("cuda", enabled=False):  # which refuses it
            bce = F.binary_cross_entropy(y, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def workloads():
    products = [(512, 512, 512), (batch, 256, 3136), (batch, 3136, 256)] + [(4096, 4096, 4096)] * (batch >= 128)
    for m, n, k in products:
        a, b = rand(m, k), rand(n, k)
        yield "product %dx%dx%d" % (m, n, k), lambda a=a, b=b: a @ b.T
    x, y, w = rand(batch, 32, 14, 14), rand(batch, 64, 7, 7), rand(64, 32, 4, 4)
    yield "convolution", lambda: torch.relu(F.conv2d(x, w, stride=2, padding=1))
    yield "convolution, input gradient", lambda: nn.grad.conv2d_input(x.shape, w, y, stride=2, padding=1)
    yield "convolution, weight gradient", lambda: nn.grad.conv2d_weight(x, w.shape, y, stride=2, padding=1)
    points = rand(batch, 784)
    # PyTorch has no persistence: this is its distances, copied to the host.
    yield "persistence", lambda: torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist").cpu()
    vae = VAE().cuda()
    adam = torch.optim.Adam(vae.parameters(), lr=5e-4)
    images = rand(batch, 1, 28, 28)

    def step():
        adam.zero_grad()
        (vae.losses(images) / batch).backward()
        adam.step()

    yield "step of the VAE", step


for name, run in workloads():
    times = []
    for tf32 in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        times.append("%.1f" % microseconds(run))
    print('"%s",%s' % (name, ",".join(times)), flush=True)
    if name == "persistence":
        continue

    def half():
        with torch.autocast("cuda", torch.bfloat16):
            run()

    try:
        print('"%s, bf16",%.1f' % (name, microseconds(half)), flush=True)
    except RuntimeError as e:
        print("%s, bf16: %s" % (name, e), file=sys.stderr)
