#!/bin/sh
# Tests and times the kernels of this bundle on this machine's GPU:
#
#   run.sh OUT      writes the log of each stage and table.md into the folder OUT
#
# Each of the seven stages has a time limit. A stage that fails, or runs into its limit,
# does not stop the next. The table is printed last. The exit status is 1 if a stage did
# not pass. The script needs a POSIX shell, awk, gzip, timeout and NVIDIA's driver. It uses
# PyTorch, compute-sanitizer and ncu where they are installed.
#
# Environment: LIMIT_load=60 sets the limit of stage load in seconds, and so on. DEVICE is
# the device, cuda:1 for the second GPU; BATCH the images of a batch; STEPS the number of
# training steps to compare; REPEATS the number of runs that a time is the mean of.
set -u
: "${DEVICE:=cuda}" "${BATCH:=128}" "${STEPS:=10}" "${REPEATS:=50}"
export DEVICE BATCH STEPS REPEATS

# Compiles every kernel, and lists registers and spills.
stage_load() { "$bin/benchgpu" -device "$DEVICE" -load; }

# Tests the driver, and every kernel against float64.
stage_conformance() { cd "$dir/kernels/cuda" && "$bin/cuda.test" -gpu -test.v; }

# Compares the losses of training steps on the processor and on the GPU.
stage_training() {
	for device in cpu "$DEVICE"; do
		"$bin/trainvae" -device "$device" -data "embedded:$((2 * BATCH * STEPS))" -batch-size "$BATCH" -max-steps "$STEPS" \
			-n-plot 0 -topo-weights 10,10,10,10,1,1,1 -output "$out/training-$device" || exit 1
	done
	awk -F, -v steps="$STEPS" '
		NR == FNR { for (i = 1; i < NF; i++) want[FNR, i] = $i; next }
		FNR == 1 { next }
		{
			rows++
			for (i = 1; i < NF; i++) { # the last column is the time
				scale = want[FNR, i] < 0 ? -want[FNR, i] : want[FNR, i] + 0
				difference = ($i - want[FNR, i]) / (scale + 1e-9)
				if (difference < 0) difference = -difference
				if (difference > worst) worst = difference
				if (difference > 1e-3 || ($i == "") != (want[FNR, i] == "")) {
					printf "step %d, column %d: %s on the GPU, %s on the processor\n", FNR - 1, i, $i, want[FNR, i]
					bad = 1
				}
			}
		}
		END {
			printf "%d steps, largest relative difference %.2g\n", rows, worst
			exit bad || rows != steps
		}' "$out/training-cpu/metrics.csv" "$out/training-$DEVICE/metrics.csv"
}

# Compares with results that the original and PyTorch recorded.
stage_golden() {
	export TOPOGEN_DEVICE="$DEVICE"
	cd "$dir/models" && "$bin/models.test" -test.v -test.run '^TestVAEAgainstRecordedPyTorch$' || exit 1
	cd "$dir/topoloss" && "$bin/topoloss.test" -test.v -test.run '^TestGoldenValues$'
}

# Times workloads and kernels, beside PyTorch and the roofline model.
stage_speed() {
	peer=
	if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
		if python3 "$dir/peer.py" "$BATCH" >"$out/peer.csv"; then peer="-peer $out/peer.csv"; fi
	fi
	# shellcheck disable=SC2086
	"$bin/benchgpu" -device "$DEVICE" -batch "$BATCH" -repeats "$REPEATS" $peer
}

# Checks memory accesses and races of the kernels with the most intricate ones.
stage_sanitizer() {
	command -v compute-sanitizer >/dev/null || { echo "compute-sanitizer is not installed"; exit 3; }
	cd "$dir/kernels/cuda" || exit 1
	for tool in memcheck racecheck; do
		compute-sanitizer --tool $tool --error-exitcode 1 "$bin/cuda.test" -gpu -test.v \
			-test.run 'Conformance/^(Gemm|Conv|ConvTranspose|ConvWeightGrad|Sum|ScatterRows|Distances|PairsGrad|Lunes|SpanningTree)$' || exit 1
	done
}

# Profiles the kernels that take most of a step.
stage_profiler() {
	command -v ncu >/dev/null || { echo "ncu is not installed"; exit 3; }
	ncu --set basic --launch-count 20 --kernel-name 'regex:^(convolve_32x128|convolve_64|gemm_tn_64|adam|lunes)$' \
		"$bin/benchgpu" -device "$DEVICE" -batch "$BATCH" -once
}

if [ "${1-}" = --stage ] && [ $# = 2 ]; then
	"stage_$2"
	exit
fi
[ $# = 1 ] || { echo "usage: $0 OUT" >&2; exit 2; }
dir=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bin" || exit 1
out=$(cd "$1" && pwd)
bin=$out/bin
PATH=$PATH:/usr/local/cuda/bin
CUDA_CACHE_PATH=$out/cache # stages share compiled kernels
export dir out bin PATH CUDA_CACHE_PATH
for tool in awk gzip timeout; do
	command -v $tool >/dev/null || { echo "$0: needs $tool on PATH" >&2; exit 1; }
done
for packed in "$dir"/bin/*.gz; do
	name=${packed##*/}
	name=${name%.gz}
	gzip -dc "$packed" >"$bin/$name" && chmod +x "$bin/$name" || exit 1
done

status=0
: >"$out/stages.md"
# stage NAME SECONDS runs a stage under its time limit and records the result.
stage() {
	eval "limit=\${LIMIT_$1:-$2}"
	begin=$(date +%s)
	timeout -k 2 "$limit" sh "$dir/run.sh" --stage "$1" >"$out/$1.log" 2>&1
	case $? in
	0) result=passed ;;
	3) result=SKIPPED ;;
	124 | 137) result=TIMEOUT status=1 ;;
	*) result=FAILED status=1 ;;
	esac
	line="| stage $1 | | $(($(date +%s) - begin)) s of $limit s | | | | | $result |"
	echo "$line"
	echo "$line" >>"$out/stages.md"
}
stage load 40
stage conformance 60
stage training 50
stage golden 30
stage speed 120
stage sanitizer 120
stage profiler 60

{
	grep 'multiprocessors; model' "$out/speed.log" || echo "the GPU was not timed: see speed.log"
	echo
	echo "| what | launches | measured, µs | predicted, µs | ratio | PyTorch fp32 (bf16), µs | PyTorch TF32, µs | note |"
	echo "|---|---|---|---|---|---|---|---|"
	cat "$out/stages.md"
	grep '^| ' "$out/speed.log" | grep -v '^| what '
} >"$out/table.md"
echo
cat "$out/table.md"
exit $status
