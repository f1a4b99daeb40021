# Times what peers need for the same work. Reads lines "NAME REPEATS" and answers
# each with the seconds of one repeat, or with "absent" and why.
import sys, time

N = 128

def vae():
    import torch
    import torch.nn as nn, torch.nn.functional as F

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2 = nn.Conv2d(1, 32, 4, 2, 1), nn.Conv2d(32, 64, 4, 2, 1)
            self.f1, self.mu, self.lv = nn.Linear(3136, 256), nn.Linear(256, 10), nn.Linear(256, 10)
            self.d1, self.d2 = nn.Linear(10, 256), nn.Linear(256, 3136)
            self.t1, self.t2 = nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ConvTranspose2d(32, 1, 4, 2, 1)

        def forward(self, x):
            h = F.relu(self.f1(F.relu(self.c2(F.relu(self.c1(x)))).flatten(1)))
            mu, lv = self.mu(h), self.lv(h)
            z = mu + torch.randn_like(mu) * torch.exp(lv / 2)
            h = F.relu(self.d2(F.relu(self.d1(z)))).view(-1, 64, 7, 7)
            return torch.sigmoid(self.t2(F.relu(self.t1(h)))), mu, lv

    model = VAE()
    adam = torch.optim.Adam(model.parameters(), lr=5e-4)
    x = torch.rand(N, 1, 28, 28)

    def step():
        adam.zero_grad()
        r, mu, lv = model(x)
        loss = F.binary_cross_entropy(r, x, reduction="sum") - (1 + lv - mu ** 2 - lv.exp()).sum() / 2
        (loss / N).backward()
        adam.step()

    return step

def gemm():
    import torch
    a, b, c = (torch.rand(512, 512) for _ in range(3))
    return lambda: torch.mm(a, b, out=c)

def linear():
    import torch
    import torch.nn.functional as F
    x, w, b = torch.rand(N, 3136), torch.rand(256, 3136), torch.rand(256)
    return lambda: F.linear(x, w, b)

def conv(forward=True):
    import torch
    import torch.nn.functional as F
    x, w, b = torch.rand(N, 32, 14, 14), torch.rand(64, 32, 4, 4), torch.rand(64)
    if forward:
        return lambda: F.relu(F.conv2d(x, w, b, 2, 1))
    x.requires_grad_(), w.requires_grad_(), b.requires_grad_()
    g = torch.rand(N, 64, 7, 7)

    def both():
        x.grad = w.grad = b.grad = None
        F.conv2d(x, w, b, 2, 1).backward(g)

    return both

def cloud(seed):
    import numpy
    return numpy.random.default_rng(seed).normal(size=(N, 10)).astype("float32")

def rips_giotto():
    from gph import ripser_parallel
    x = cloud(1)
    return lambda: ripser_parallel(x, maxdim=1, return_generators=True, n_threads=2)

def rips_ripser():
    from ripser import ripser
    x = cloud(1)
    return lambda: ripser(x, maxdim=1)

def diagrams():
    from gph import ripser_parallel
    return [ripser_parallel(cloud(s), maxdim=1)["dgms"][1] for s in (1, 2)]

def bottleneck_gudhi():
    import gudhi
    a, b = diagrams()
    return lambda: gudhi.bottleneck_distance(a, b)

def bottleneck_persim():
    import persim
    a, b = diagrams()
    return lambda: persim.bottleneck(a, b)

works = {
    "vae": vae, "gemm": gemm, "linear": linear, "conv": conv, "convgrad": lambda: conv(False),
    "rips/giotto-ph": rips_giotto, "rips/ripser.py": rips_ripser,
    "bottleneck/gudhi": bottleneck_gudhi, "bottleneck/persim": bottleneck_persim,
}
ready = {}
for line in sys.stdin:
    name, repeats = line.split()
    try:
        if name not in ready:
            ready[name] = works[name]()
            ready[name]()
        start = time.perf_counter()
        for _ in range(int(repeats)):
            ready[name]()
        print((time.perf_counter() - start) / int(repeats), flush=True)
    except Exception as e:
        print("absent", str(e).split("\n")[0], flush=True)
