#!/bin/sh
# Packs a bundle: a folder with the programs that test and time the kernels on a machine
# with a GPU.
#
#   kernels/cuda/hardware.sh bundle DIR      on a machine with Go and a C compiler
#   DIR/run.sh OUT                           on the machine with the GPU
#   kernels/cuda/hardware.sh rehearse        both, over the simulated driver
#
# On the machine with the GPU the bundle needs neither Go nor a network: see run.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
module=$(cd "$here/../.." && pwd)
limit=48 # MiB: the most that a bundle may take

usage() {
	echo "usage: $0 bundle DIR | rehearse" >&2
	exit 2
}

bundle() {
	dir=$1
	if [ -e "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
		echo "$0: $dir is not empty; name a new folder" >&2
		exit 1
	fi
	mkdir -p "$dir/bin"
	dir=$(cd "$dir" && pwd)
	cd "$module"
	for package in kernels/cuda models topoloss; do
		# Tests run in their package's folder, where they look for testdata.
		"$here/go.sh" test -c -ldflags='-s -w' -o "$dir/bin/${package##*/}.test" "./$package"
		mkdir -p "$dir/$package"
		if [ -d "$package/testdata" ]; then cp -R "$package/testdata" "$dir/$package/"; fi
	done
	mkdir -p "$dir/kernels/ptxsim/testdata"
	cp kernels/ptxsim/testdata/vectoradd.ptx "$dir/kernels/ptxsim/testdata/"
	for command in trainvae benchgpu; do
		"$here/go.sh" build -ldflags='-s -w' -o "$dir/bin/$command" "./cmd/$command"
	done
	gzip -9 "$dir"/bin/*
	cp "$here/run.sh" "$here/peer.py" "$dir/"
	size=$(du -sk "$dir" | cut -f 1)
	if [ "$size" -gt $((limit * 1024)) ]; then
		echo "$0: the bundle takes $size KiB; at most $limit MiB can be carried" >&2
		exit 1
	fi
	echo "$dir: $size KiB; on the machine with the GPU: $dir/run.sh OUT"
}

# rehearse runs a bundle twice with no Go on PATH: over the simulated libcuda.so.1, with a
# sanitizer that hangs and a profiler that fails, and without any libcuda.so.1.
rehearse() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	bundle "$work/bundle"
	(cd "$module" && "$here/go.sh" -sim build -buildmode=c-shared -o "$work/lib/libcuda.so.1" ./kernels/cuda/simulated/libcuda)
	mkdir "$work/path"
	for tool in sh awk cat chmod cut date dirname env grep gzip ls mkdir mktemp mv paste rm sed sleep tail timeout tr; do
		ln -s "$(command -v $tool)" "$work/path/$tool"
	done
	printf '#!/bin/sh\nexec sleep 600\n' >"$work/path/compute-sanitizer"
	printf '#!/bin/sh\necho no permission to read counters >&2\nexit 1\n' >"$work/path/ncu"
	chmod +x "$work/path/compute-sanitizer" "$work/path/ncu"
	if env -i PATH="$work/path" sh -c 'command -v go'; then
		echo "$0: the rehearsal can reach Go" >&2
		exit 1
	fi
	status=0
	# The simulator is slower than a GPU: the stages that must pass get more time.
	env -i PATH="$work/path" HOME="$work" LD_LIBRARY_PATH="$work/lib" TOPOGEN_UNCHECKED=1 BATCH=4 STEPS=2 REPEATS=1 \
		LIMIT_conformance=300 LIMIT_training=300 LIMIT_golden=300 LIMIT_speed=300 LIMIT_sanitizer=2 \
		"$work/bundle/run.sh" "$work/out" || status=$?
	expect "$work/out" "$status" load:passed conformance:passed training:passed golden:passed speed:passed sanitizer:TIMEOUT profiler:FAILED
	status=0
	env -i PATH="$work/path" HOME="$work" LIMIT_sanitizer=1 "$work/bundle/run.sh" "$work/without" || status=$?
	expect "$work/without" "$status" load:FAILED conformance:FAILED training:FAILED golden:FAILED speed:FAILED sanitizer:TIMEOUT profiler:FAILED
}

# expect checks the results of the stages in the table of a run, and that run.sh has said
# by its status that some failed.
expect() {
	out=$1 status=$2
	shift 2
	for stage; do
		if ! grep -q "^| stage ${stage%:*} |.* ${stage#*:} |\$" "$out/table.md"; then
			echo "$0: stage ${stage%:*} should be ${stage#*:}:" >&2
			tail -n 20 "$out/${stage%:*}.log" >&2
			exit 1
		fi
	done
	if [ "$status" != 1 ]; then
		echo "$0: run.sh exits with $status although stages failed" >&2
		exit 1
	fi
}

case ${1-} in
bundle)
	[ $# = 2 ] || usage
	bundle "$2"
	;;
rehearse)
	[ $# = 1 ] || usage
	rehearse
	;;
*) usage ;;
esac
