# Times what peers need for the same work. Reads lines "NAME REPEATS" and answers
# each with the seconds of one repeat, or with "absent" and why.
import sys, time

N = 128

def vae(weights=None, half=False):
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

    if weights:
        topological = original().TopologicalLoss(weights)
        true = original().get_dgm(x.view(N, -1))

    def step():
        adam.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            r, mu, lv = model(x)
        r, mu, lv = r.float(), mu.float(), lv.float()
        loss = F.binary_cross_entropy(r, x, reduction="sum") - (1 + lv - mu ** 2 - lv.exp()).sum() / 2
        if weights:
            loss = loss + topological.compute_loss(r.view(N, -1), x.view(N, -1), None, true)[0]
        (loss / N).backward()
        adam.step()

    return step

def gemm():
    import torch
    a, b, c = (torch.rand(512, 512) for _ in range(3))
    return lambda: torch.mm(a, b, out=c)

def gemm_half(before=False):
    import torch
    a, b = (torch.rand(512, 512) for _ in range(2))
    if before:
        a, b = a.bfloat16(), b.bfloat16()
        return lambda: torch.mm(a, b)

    def multiply():
        with torch.autocast("cpu", torch.bfloat16):
            torch.mm(a, b)

    return multiply

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

def original():
    # The package draws pictures, too, by what need not be installed.
    import importlib.util, os
    spec = importlib.util.find_spec("topogen")
    if spec is None:
        raise ImportError("no module named topogen")
    sys.path.insert(0, os.path.dirname(spec.origin))
    import topo_functions
    return topo_functions

def images(seed):
    import numpy
    rng = numpy.random.default_rng(seed)
    centres = numpy.random.default_rng(7).random((10, 784))
    return (centres[rng.integers(10, size=N)] + 0.2 * rng.normal(size=(N, 784))).astype("float32")

def losses(weights):
    import torch
    topo = original()

    x, y = torch.tensor(images(1), requires_grad=True), torch.tensor(images(2))
    dgm, true = topo.get_dgm(x.detach()), topo.get_dgm(y)
    loss = topo.TopologicalLoss(weights)

    def both():
        x.grad = None
        value, learnable = loss.compute_loss(x, y, dgm, true)
        if learnable:
            value.backward()

    return both

def gaussian(n, seed):
    import numpy
    return numpy.random.default_rng(seed).normal(size=(n, 10)).astype("float32")

def square():
    import numpy
    return numpy.random.default_rng(1).uniform(size=(2000, 2)).astype("float32")

def sphere():
    import numpy
    x = numpy.random.default_rng(1).normal(size=(192, 4))
    return (x / numpy.linalg.norm(x, axis=1, keepdims=True)).astype("float32")

def giotto(x, degree):
    from gph import ripser_parallel
    return lambda: ripser_parallel(x, maxdim=degree, return_generators=True, n_threads=2)

def ripser_py(x, degree):
    from ripser import ripser
    return lambda: ripser(x, maxdim=degree)

def diagrams(n):
    from gph import ripser_parallel
    return [ripser_parallel(gaussian(n, s), maxdim=1)["dgms"][1] for s in (1, 2)]

def bottleneck_gudhi():
    import gudhi
    a, b = diagrams(N)
    return lambda: gudhi.bottleneck_distance(a, b)

def bottleneck_persim():
    import persim
    a, b = diagrams(N)
    return lambda: persim.bottleneck(a, b)

def wasserstein_gudhi():
    from gudhi.wasserstein import wasserstein_distance
    a, b = diagrams(400)
    return lambda: wasserstein_distance(a, b, order=2, internal_p=2)

def sliced_gudhi():
    from gudhi.representations import SlicedWassersteinDistance
    a, b = diagrams(400)
    distance = SlicedWassersteinDistance(num_directions=50)
    return lambda: distance(a, b)

def clouds(dim):
    import numpy, torch
    if dim == 2:
        x, y = (numpy.random.default_rng(s).normal(size=(N, 2)).astype("float32") for s in (1, 2))
    else:
        x, y = images(1), images(2)
    return torch.tensor(x, requires_grad=True), torch.tensor(y)

def backward(x, loss):
    def both():
        x.grad = None
        loss().backward()

    return both

def signature(dim):
    from torch_topological.nn import SignatureLoss, VietorisRipsComplex
    rips, loss = VietorisRipsComplex(dim=0), SignatureLoss()
    x, y = clouds(dim)
    true = rips(y)
    return backward(x, lambda: loss([x, rips(x)], [y, true]))

def wasserstein(dim):
    import torch
    from torch_topological.nn import VietorisRipsComplex, WassersteinDistance
    rips, loss = VietorisRipsComplex(dim=1), WassersteinDistance(p=torch.inf, q=2)
    x, y = clouds(dim)
    true = rips(y)
    return backward(x, lambda: loss(rips(x), true))

def rtd(dim):
    # The code needs a GPU for ripserplusplus, whose place giotto-ph takes here: it returns
    # the edges of births and deaths, too. And it uses a name that numpy no longer has.
    import types, numpy, torch
    from gph import ripser_parallel

    def run(_, distances):
        found = ripser_parallel(distances, metric="precomputed", maxdim=1, return_generators=True, n_threads=2)
        edges = found["gens"][1]
        edges = edges[0] if len(edges) else numpy.zeros((0, 4), int)
        return {"dgms": found["dgms"], "pairs": [[], [(tuple(e[:2]), tuple(e[2:])) for e in edges]]}

    sys.modules["ripserplusplus"] = types.SimpleNamespace(run=run)
    numpy.compat = types.SimpleNamespace(long=numpy.int64)
    from src.rtd import RTDLoss
    loss = RTDLoss(engine="ripser")
    x, y = clouds(dim)
    true = torch.cdist(y, y)
    return backward(x, lambda: loss(true, torch.cdist(x, x))[2])

def points(seed, n=1000):
    import numpy
    rng = numpy.random.default_rng(seed)
    centres, labels = numpy.random.default_rng(7).random((10, 784)), rng.integers(10, size=n)
    return (centres[labels] + 0.2 * rng.normal(size=(n, 784))).astype("float32"), labels

def prdc():
    import contextlib, io
    from prdc import compute_prdc
    x, y = points(1)[0], points(2)[0]

    def both():
        with contextlib.redirect_stdout(io.StringIO()):  # it prints sizes
            compute_prdc(x, y, nearest_k=5)

    return both

def energy():
    from dcor import energy_distance
    x, y = points(1)[0], points(2)[0]
    return lambda: energy_distance(x, y)

def mmd():
    from sklearn.metrics.pairwise import rbf_kernel
    x, y = points(1)[0], points(2)[0]
    return lambda: sum(w * rbf_kernel(a, b, 1 / 200).mean() for a, b, w in ((x, x, 1), (y, y, 1), (x, y, -2)))

def nearest():
    import numpy
    from sklearn.neighbors import NearestNeighbors
    p, label = numpy.vstack([points(1)[0], points(2)[0]]), numpy.repeat([0, 1], 1000)

    def accuracy():
        other = NearestNeighbors(n_neighbors=1).fit(p).kneighbors(return_distance=False)[:, 0]
        return (label[other] == label).mean()

    return accuracy

def mtopdiv():
    import numpy
    from ripser import ripser
    from sklearn.metrics import pairwise_distances
    p = numpy.vstack([points(1)[0][:300], points(2)[0][:300]])

    def both():
        d = pairwise_distances(p)
        for half in (slice(300), slice(300, None)):
            joined = d.copy()
            joined[half, half] = 0
            bars = ripser(joined, distance_matrix=True, maxdim=1)["dgms"][1]
            (bars[:, 1] - bars[:, 0]).sum()

    return both

def trust():
    from sklearn.manifold import trustworthiness
    x = points(1)[0]
    z = x[:, :2].copy()
    return lambda: (trustworthiness(x, z, n_neighbors=10), trustworthiness(z, x, n_neighbors=10))

def drmetrics():
    import contextlib, io
    from pyDRMetrics.pyDRMetrics import DRMetrics
    x = points(1)[0]

    def all():
        with contextlib.redirect_stdout(io.StringIO()):
            DRMetrics(x, x[:, :2].copy()).T

    return all

def correlation():
    from dcor import distance_correlation
    x = points(1)[0]
    z = x[:, :2].copy()
    return lambda: distance_correlation(x, z)

def spearman():
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr
    x = points(1)[0]
    z = x[:, :2].copy()
    return lambda: spearmanr(pdist(x), pdist(z))

def ridge(n):
    from sklearn.linear_model import RidgeClassifier
    (x, l), (y, m) = points(1, n), points(2, n)
    return lambda: RidgeClassifier().fit(x, l).score(y, m)

def median():
    import numpy
    from sklearn.metrics import pairwise_distances
    p = numpy.vstack([points(1)[0], points(2)[0]])
    upper = numpy.triu_indices(len(p), 1)
    return lambda: numpy.median(pairwise_distances(p)[upper])

def frechet():
    # As pytorch-fid computes it.
    import numpy
    from scipy.linalg import sqrtm
    x, y = points(1)[0], points(2)[0]

    def distance():
        a, b = numpy.cov(x, rowvar=False), numpy.cov(y, rowvar=False)
        d = x.mean(0) - y.mean(0)
        return d @ d + numpy.trace(a) + numpy.trace(b) - 2 * numpy.trace(sqrtm(a @ b)).real

    return distance

def samples():
    each = [prdc(), energy(), median(), mmd(), nearest(), frechet()]
    return lambda: [f() for f in each]

def silhouette():
    from sklearn.metrics import silhouette_score
    x, l = points(1)
    return lambda: silhouette_score(x, l)

def knn():
    import numpy
    from sklearn.neighbors import NearestNeighbors
    x, l = points(1)

    def accuracy():
        neighbors = NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)
        votes = (l[neighbors][:, :, None] == numpy.arange(10)).sum(1)
        return (votes.argmax(1) == l).mean()

    return accuracy

def rmse():
    import numpy
    from sklearn.metrics import pairwise_distances
    x = points(1)[0]
    z = x[:, :2].copy()

    def both():
        a, b = pairwise_distances(x), pairwise_distances(z)
        return numpy.sqrt(((a - b) ** 2).mean()), numpy.sqrt(((a - b) ** 2).sum() / (b ** 2).sum())

    return both

def triplets():
    import numpy
    x = points(1)[0]
    z = x[:, :2].copy()
    i, j, k = numpy.random.default_rng(3).integers(1000, size=(3, 5000))

    def accuracy():
        nearer = [numpy.linalg.norm(p[i] - p[j], axis=1) < numpy.linalg.norm(p[i] - p[k], axis=1) for p in (x, z)]
        return (nearer[0] == nearer[1]).mean()

    return accuracy

def kl():
    import numpy
    from sklearn.metrics import pairwise_distances
    x = points(1)[0]
    z = x[:, :2].copy()

    def both():
        a, b = pairwise_distances(x), pairwise_distances(z)
        for sigma in (0.01, 0.1):
            p, q = (numpy.exp(-(d / d.max()) ** 2 / sigma).sum(1) for d in (a, b))
            p, q = p / p.sum(), q / q.sum()
            (p * numpy.log(p / q)).sum()

    return both

def embedding():
    each = [trust(), correlation(), rmse(), kl()]
    return lambda: [f() for f in each]

works = {
    "metrics/prdc": prdc, "metrics/energy": energy, "metrics/mmd": mmd, "metrics/1nn": nearest, "metrics/mtopdiv": mtopdiv,
    "metrics/trust": trust, "metrics/trust/drmetrics": drmetrics, "metrics/correlation": correlation,
    "metrics/spearman": spearman, "metrics/median": median, "metrics/frechet": frechet, "metrics/samples": samples, "metrics/silhouette": silhouette,
    "metrics/knn": knn, "metrics/rmse": rmse, "metrics/triplets": triplets, "metrics/embedding": embedding,
    "signature784/torch-topological": lambda: signature(784), "signature2/torch-topological": lambda: signature(2),
    "wasserstein784/torch-topological": lambda: wasserstein(784), "wasserstein2/torch-topological": lambda: wasserstein(2),
    "rtd784/RTD-AE": lambda: rtd(784), "rtd2/RTD-AE": lambda: rtd(2),
    "vae": vae, "vae/bf16": lambda: vae(half=True), "gemm": gemm,
    "gemm/bf16": gemm_half, "gemm/bf16/before": lambda: gemm_half(True), "linear": linear, "conv": conv, "convgrad": lambda: conv(False),
    "rips/giotto-ph": lambda: giotto(gaussian(N, 1), 1), "rips/ripser.py": lambda: ripser_py(gaussian(N, 1), 1),
    "rips784/giotto-ph": lambda: giotto(images(1), 1),
    "square/giotto-ph": lambda: giotto(square(), 1), "square/ripser.py": lambda: ripser_py(square(), 1),
    "sphere/giotto-ph": lambda: giotto(sphere(), 2), "sphere/ripser.py": lambda: ripser_py(sphere(), 2),
    "bottleneck/gudhi": bottleneck_gudhi, "bottleneck/persim": bottleneck_persim,
    "wasserstein/gudhi": wasserstein_gudhi, "sliced/gudhi": sliced_gudhi,
}
default, seven = [10, 10, 10, 10, 0, 0, 0], [10] * 7
works["vae/default"], works["vae/all"] = lambda: vae(default), lambda: vae(seven)
works["losses/all"] = lambda: losses(seven)
for i, name in enumerate(["bottleneck0", "bottleneck1", "entropy0", "entropy1", "dsigma0", "dsigma1", "density"]):
    works["losses/" + name] = lambda i=i: losses([int(j == i) for j in range(7)])
for n in (500, 2000, 5000):
    works["metrics/linear%d" % n] = lambda n=n: ridge(n)
ready = {}
for line in sys.stdin:
    name, repeats = line.split()
    try:
        if name not in ready:
            ready[name] = works[name]()
        start = time.perf_counter()
        while time.perf_counter() - start < 0.2:  # as long as we
            ready[name]()
        start = time.perf_counter()
        for _ in range(int(repeats)):
            ready[name]()
        print((time.perf_counter() - start) / int(repeats), flush=True)
    except Exception as e:
        print("absent", str(e).split("\n")[0], flush=True)
