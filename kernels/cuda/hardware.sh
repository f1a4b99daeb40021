#!/bin/sh
# For the day a GPU is at hand: all tests on it, then what it does a second, in one
# table, beside PyTorch where that is installed with CUDA.
#
#   kernels/cuda/hardware.sh            on the machine's first GPU
#   kernels/cuda/hardware.sh -sim       a rehearsal over the simulated driver
set -e
cd "$(dirname "$0")/../.."
sim= bench=. time=1s tests=
if [ "$1" = -sim ]; then
	sim=-sim bench='Distances|Gemm/128×256' time=1x tests='-run SimulatorIsReached'
fi
# shellcheck disable=SC2086
kernels/cuda/go.sh $sim test $tests -count=1 ./kernels/cuda/...
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$sim" ]; then
	kernels/cuda/go.sh build -o "$work/trainvae" ./cmd/trainvae
	for device in cpu cuda; do
		"$work/trainvae" -device $device -data embedded:2000 -max-steps 60 -output "$work/$device" | tail -1
	done
	echo "losses of the last step, by either device:"
	for device in cpu cuda; do tail -1 "$work/$device/metrics.csv"; done
fi
echo
echo "| work | speed |"
echo "|---|---|"
# shellcheck disable=SC2086
kernels/cuda/go.sh $sim test ./kernels/cuda -run '^$' -bench "$bench" -benchtime $time |
	awk '/^Benchmark/ { print "| " substr($1, 10) " | " $5 " " $6 " |" }'
python3 - <<'PYTHON' 2>/dev/null || echo "| PyTorch with CUDA | not installed |"
import time, torch
assert torch.cuda.is_available()
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
def speed(name, operations, run):
    for _ in range(5): run()
    torch.cuda.synchronize(); start = time.perf_counter(); rounds = 50
    for _ in range(rounds): run()
    torch.cuda.synchronize()
    print("| PyTorch, %s | %.1f GFLOP/s |" % (name, operations * rounds / (time.perf_counter() - start) / 1e9))
for m, n, k in ((512, 512, 512), (4096, 4096, 4096), (128, 256, 3136), (128, 3136, 256)):
    a, b = torch.rand(m, k, device="cuda"), torch.rand(n, k, device="cuda")
    speed("Gemm/%d×%d×%d" % (m, n, k), 2 * m * n * k, lambda: a @ b.T)
x, w = torch.rand(128, 32, 14, 14, device="cuda"), torch.rand(64, 32, 4, 4, device="cuda")
y, operations = torch.rand(128, 64, 7, 7, device="cuda"), 2 * 128 * 49 * 64 * 512
speed("Conv/forward", operations, lambda: torch.relu(torch.nn.functional.conv2d(x, w, stride=2, padding=1)))
speed("Conv/input", operations, lambda: torch.nn.grad.conv2d_input(x.shape, w, y, stride=2, padding=1))
speed("Conv/weights", operations, lambda: torch.nn.grad.conv2d_weight(x, w.shape, y, stride=2, padding=1))
PYTHON
