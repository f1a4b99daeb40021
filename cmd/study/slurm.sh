#!/usr/bin/env bash
# Runs a study of sixteen units on a real Slurm, started on this machine for the test:
# an array of sixteen tasks, of which two are killed. The array must end with the report
# of a local run, byte for byte.
#
#	cmd/study/slurm.sh [FOLDER]
#
# It needs root and Debian's packages slurm-wlm and munge (apt-get install
# --no-install-recommends slurm-wlm munge). All that it starts and writes is in FOLDER,
# by default a temporary one, which must not exist.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:-$(mktemp -du)}
for program in munged slurmctld slurmd sbatch; do
	PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || { echo "slurm.sh: no $program: install slurm-wlm and munge" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "slurm.sh: slurmd starts as root only" >&2; exit 1; }
mkdir -m 755 "$work"
work=$(cd "$work" && pwd)
mkdir -p "$work"/{bin,log,state,spool}
export PATH=$work/bin:$PATH:/usr/sbin SLURM_CONF=$work/slurm.conf

# One daemon for each of the three, in the foreground, ended with this script.
daemons=()
start() {
	"$@" >"$work/log/$1.out" 2>&1 &
	daemons=($! "${daemons[@]}")
}
stop() {
	for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" || true; done
}
trap stop EXIT

# until_true SECONDS COMMAND… waits for a command to succeed.
until_true() {
	local left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		((left-- > 0)) || { echo "slurm.sh: $* did not become true; see $work/log" >&2; exit 1; }
		sleep 0.1
	done
}

host=$(hostname -s)
head -c 1024 /dev/urandom >"$work/munge.key"
chmod 400 "$work/munge.key"
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
AuthType=auth/munge
# Credentials that end soon let a requeued task start again soon.
AuthInfo=socket=$work/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=test Nodes=$host Default=YES State=UP
CONF

echo "== Slurm $(slurmctld -V | cut -d' ' -f2) on $(nproc) cores"
go build -o "$work/bin/study" ./cmd/study
start munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" \
	--pid-file="$work/munged.pid" --log-file="$work/log/munged.log" --seed-file="$work/munged.seed"
until_true 20 test -S "$work/munge.socket"
start slurmctld -D -c
start slurmd -D -N "$host"
until_true 30 sh -c 'sinfo -h -o %T | grep -qx idle'

cat >"$work/plan.json" <<'PLAN'
{
	"title": "sixteen units", "baseline": "VAE",
	"settings": {"data": "embedded:240", "batch_size": 16, "max_steps": 150, "model": {"n_latent": 2}, "measure": {"points": 40, "neighbors": 2}},
	"arms": [{"name": "VAE"}, {"name": "deaths", "settings": {"topo": "deaths0@samples=0.1"}}],
	"seeds": {"reporting": [1, 2, 3, 4, 5, 6, 7, 8]},
	"metrics": [{"name": "bce", "better": "lower"}, {"name": "recall", "better": "higher"}]
}
PLAN
echo "== a local run"
study run "$work/plan.json" -output "$work/local" 2>"$work/log/local" | head -1
study report "$work/local" -costs=false >/dev/null

study emit slurm -name sixteen -plan "$work/plan.json" -dir "$work/array" -shards 16 >"$work/array.sh"
echo "== the array job of study emit slurm"
cat "$work/array.sh"
submit() { (cd "$work/log" && sbatch --parsable "$work/array.sh"); }
empty() { [ -z "$(squeue -h -j "$1")" ]; }
# pid TASK prints the process of the program study in a task that runs.
pid() {
	local id
	id=$(squeue -h -t RUNNING -o %A -j "${job}_$1") && [ -n "$id" ] || return 1
	pgrep -x study -P "$(scontrol listpids "$id" "$host" | awk '$3 == "batch" { print $1; exit }')"
}
units() { ls "$work/array/units" | grep -cvE 'lock$|partial$'; }

job=$(submit)
echo "== job $job: the process of task 5 is killed, and all of task 11"
until_true 120 pid 5
kill -KILL "$(pid 5)"
echo "killed the process of task 5 when $(units) units were done"
until_true 120 pid 11
scancel --signal=KILL --full "${job}_11"
echo "killed task 11 when $(units) units were done"
until_true 300 empty "$job"
scontrol show job "$job" -o | sed -n 's/.*ArrayTaskId=\([0-9]*\) .*Restarts=\([1-9]\).*/task \1 was requeued, \2 time/p'
echo "units that are done: $(units)"
study report "$work/array" -costs=false | head -1

echo "== the same job again, which runs what is missing"
job=$(submit)
until_true 300 empty "$job"
echo "units that are done: $(units)"
study report "$work/array" -costs=false | head -1
for file in results.csv evidence.json report.html; do
	cmp "$work/local/$file" "$work/array/$file"
	echo "$file: $(wc -c <"$work/array/$file") bytes, the same as those of the local run"
done
