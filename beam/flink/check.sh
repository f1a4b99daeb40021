#!/usr/bin/env bash
# Computes the diagrams of 10 000 clouds three times and compares the bytes: on Prism,
# which is Beam's runner within the program; on a real Flink, a cluster in the process of
# Beam's job server; and there again with a worker that is killed half-way.
#
#	beam/flink/check.sh JARS [FOLDER]
#
# JARS is a folder with the jars that pom.xml beside this file names, which says how to
# fetch them, or the one jar of Beam's Flink job server. It needs Java 11 or newer. All that
# the script writes is in FOLDER, by default a temporary one, which must not exist.
set -euo pipefail
[ $# -ge 1 ] && [ -e "$1" ] || { echo "usage: beam/flink/check.sh JARS [FOLDER]: see its first lines" >&2; exit 2; }
jars=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
[ -d "$jars" ] && jars=$jars/*
cd "$(dirname "$0")/.."
work=${2:-$(mktemp -du)}
mkdir "$work"
work=$(cd "$work" && pwd)
mkdir "$work"/{clouds,bin,conf}
clouds=${CLOUDS:-10000}

go build -o "$work/bin/" ./cmd/diagrams
# Beam's own starter of workers: it fetches the program from the job server and runs it.
go build -o "$work/bin/boot" github.com/apache/beam/sdks/v2/go/container

echo "== $clouds clouds of 100 points near circles, two of them broken"
awk -v clouds="$clouds" -v folder="$work/clouds" 'BEGIN {
	srand(1)
	for (c = 0; c < clouds; c++) {
		name = sprintf("%s/%05d.txt", folder, c)
		for (i = 0; i < 100; i++) {
			angle = 6.283185307 * rand(); radius = 1 + 0.2 * rand()
			printf "%.6f %.6f\n", radius * cos(angle), radius * sin(angle) >name
		}
		close(name)
	}
}'
echo "1 2 x" >"$work/clouds/00007.txt"
: >"$work/clouds/00100.txt"

# diagrams FOLDER FLAG… computes the diagrams and says how long it took.
diagrams() {
	local folder=$1 began=$EPOCHREALTIME
	shift
	"$work/bin/diagrams" -clouds "$work/clouds/*.txt" -output "$work/$folder" -shards 32 "$@" 2>"$work/$folder.log" ||
		{ tail -3 "$work/$folder.log"; exit 1; }
	echo "$folder: $(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s"
}
same() {
	diff -r "$work/prism" "$work/$1"
	echo "$1: the same $(find "$work/$1" -type f | wc -l) files, $(cat "$work/$1"/* | wc -c) bytes, as prism"
}

echo "== Prism"
diagrams prism

echo "== Flink"
# A job that loses a worker starts again.
cat >"$work/conf/flink-conf.yaml" <<'CONF'
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 3
restart-strategy.fixed-delay.delay: 1 s
CONF
(
	cd "$work" # where Beam's starter of workers leaves a file
	exec java -cp "$jars" org.apache.beam.runners.flink.FlinkJobServerDriver --job-host=localhost --job-port=28099 \
		--artifact-port=0 --expansion-port=0 --artifacts-dir="$work/staged" --flink-master='[local]' --flink-conf-dir="$work/conf"
) >"$work/flink.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for ((i = 0; i < 300; i++)); do
	grep -q "Job server now running" "$work/flink.log" && break
	kill -0 $server || { tail -3 "$work/flink.log"; exit 1; }
	sleep 0.1
done
flink=(-runner universal -endpoint localhost:28099 -parallelism 2)
diagrams flink "${flink[@]}" -environment_type LOOPBACK
same flink

echo "== Flink, whose worker is a process that is killed half-way"
killer() {
	local parts boot worker
	for ((i = 0; i < 3000; i++)); do
		parts=$(find "$work" -path "*/killed/*.jsonl" | wc -l)
		if ((parts >= 12)); then
			for boot in $(pgrep -x boot -P $server); do
				for worker in $(pgrep -P "$boot"); do
					kill -KILL "$worker"
					echo "killed worker $worker when $parts of 32 shards were written"
				done
			done
			return
		fi
		sleep 0.02
	done
}
killer &
diagrams killed "${flink[@]}" -environment_type PROCESS -environment_config "{\"command\": \"$work/bin/boot\"}" -worker_binary "$work/bin/diagrams"
wait %2 2>/dev/null || true
grep -q "switched from state RUNNING to RESTARTING" "$work/flink.log" && echo "Flink restarted the job"
same killed
