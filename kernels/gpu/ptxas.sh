#!/bin/sh
# Prints the path of NVIDIA's assembler for PTX, for tests to find in PTXAS:
#
#   PTXAS=$(kernels/gpu/ptxas.sh) go test -run Assembler -v ./kernels/...
#
# It is the one that PTXAS names, or the one on the path, or that of NVIDIA's
# package for Python, which pip fetches once into the user's cache folder: this
# very version, by its sum. Where there is none it says why, and fails.
set -e
version=12.9.86
if [ -n "$PTXAS" ]; then
	echo "$PTXAS"
	exit
fi
if command -v ptxas; then
	exit
fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/topogen/ptxas-$version
ptxas=$folder/nvidia/cuda_nvcc/bin/ptxas
if [ ! -x "$ptxas" ]; then
	for python in python3 python; do
		"$python" -m pip --version >/dev/null 2>&1 && break
		python=
	done
	if [ -z "$python" ]; then
		echo "$0: no ptxas on the path or in PTXAS, and no Python with pip to fetch it" >&2
		exit 1
	fi
	new=$folder.$$
	trap 'rm -rf "$new"' EXIT
	mkdir -p "$new"
	cat >"$new/requirements.txt" <<-END
		nvidia-cuda-nvcc-cu12==$version \\
			--hash=sha256:5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0 \\
			--hash=sha256:44e1eca4d08926193a558d2434b1bf83d57b4d5743e0c431c0c83d51da1df62b
	END
	if ! "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement "$new/requirements.txt" --target "$new" >&2; then
		echo "$0: no ptxas on the path or in PTXAS, and pip cannot fetch it" >&2
		exit 1
	fi
	rm -rf "$folder"
	mv "$new" "$folder"
fi
if ! "$ptxas" --version >/dev/null; then
	echo "$0: $ptxas does not run here" >&2
	exit 1
fi
echo "$ptxas"
