#!/bin/sh
# Runs the go command with the C flags for the CUDA binding: the headers in include, and
# empty libraries instead of NVIDIA's, whose functions package loader loads at run time.
# Needs Go and a C compiler, but neither CUDA nor a GPU.
#
#   kernels/cuda/go.sh build ./cmd/trainvae        a program that can use a GPU
#   kernels/cuda/go.sh test ./kernels/...          tests on the GPU of this machine
#   kernels/cuda/go.sh -sim test -race ./kernels/cuda/...
#                                                  the same over a simulated driver
set -e
here=$(cd "$(dirname "$0")" && pwd)
tags=cuda
if [ "$1" = -sim ]; then
	tags=cuda,cudasim
	shift
fi
if [ $# = 0 ]; then
	echo "usage: $0 [-sim] build|test|run|vet …" >&2
	exit 2
fi
if ! command -v "${CC:-cc}" >/dev/null; then
	echo "$0: needs a C compiler; looked for ${CC:-cc} (set CC to use another)" >&2
	exit 2
fi
command=$1
shift
# The go command compiles a package again if its flags change, but not if only a header in
# another folder does: a flag names what the headers contain.
headers=$(cat "$here"/include/*.h | cksum | tr ' ' _)
CGO_ENABLED=1 \
CGO_CFLAGS="-I$here/include -DTOPOGEN_HEADERS=$headers $CGO_CFLAGS" \
CGO_LDFLAGS="-L$here/lib $CGO_LDFLAGS" \
exec go "$command" -tags "$tags" "$@"
