# The cluster example on a real Slurm of one node and under a real mpirun. The daemons are the test's own: on loopback,
# with their own configuration, key and socket, started and ended here. Where Slurm or MPI is not installed the test is
# skipped, and says so (make deps-ci installs them).
load pages

setup() {
    clean_environment
    enter_copy examples/cluster
    OWN=() # processes to end
}

teardown() {
    local pid i
    for pid in "${OWN[@]}"; do kill "$pid" 2> /dev/null || true; done
    for pid in "${OWN[@]}"; do
        for ((i = 0; i < 50; i++)); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2> /dev/null || true
    done
    [ -z "${PLACE:-}" ] || rm -rf "$PLACE"
}

own() {
    "$@" > "$PLACE/$(basename "$1").log" 2>&1 3>&- &
    OWN+=($!)
}

# Is it so within so many seconds?
within() {
    local i
    for ((i = 0; i < 10 * $1; i++)); do
        ! "${@:2}" > /dev/null 2>&1 || return 0
        sleep 0.1
    done
    tail -n 20 "$PLACE"/*.log
    return 1
}

# A port nobody listens on.
free_port() {
    local port
    for ((port = 20000 + $$ % 20000; ; port++)); do
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || break
    done
    echo "$port"
}

node_is_idle() { [ "$(sinfo -h -o %T)" = idle ]; }
queue_is_empty() { [ -z "$(squeue -h)" ]; }

start_slurm() {
    local host port me
    host=$(hostname -s) port=$(free_port) me=$(id -un)
    PLACE=$(mktemp -d /tmp/nkibench-slurm.XXXXXX) # short: a socket's path may have 107 bytes
    chmod 755 "$PLACE"
    mkdir -m 700 "$PLACE/state" "$PLACE/spool"
    mkdir -m 755 "$PLACE/munge"
    (umask 077 && head -c 1024 /dev/urandom > "$PLACE/key")
    own munged --foreground --key-file="$PLACE/key" --socket="$PLACE/munge/socket" --pid-file="$PLACE/munge/pid" \
        --log-file="$PLACE/munge/log" --seed-file="$PLACE/munge/seed" --num-threads=1
    cat > "$PLACE/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$PLACE/munge/socket
CredType=cred/munge
SlurmUser=$me
SlurmdUser=$me
StateSaveLocation=$PLACE/state
SlurmdSpoolDir=$PLACE/spool
SlurmctldPidFile=$PLACE/slurmctld.pid
SlurmdPidFile=$PLACE/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=10 State=UP
END
    export SLURM_CONF="$PLACE/slurm.conf"
    within 10 test -S "$PLACE/munge/socket"
    own slurmctld -D
    own slurmd -D
    within 20 node_is_idle
}

# Each line of a job's output but the warnings.
said() { grep -v warning "slurm-$1.out"; }

@test "Slurm: an array scans, a job merges and scores; a shard that fails is named" {
    command -v slurmctld slurmd munged sbatch > /dev/null || {
        echo "# SKIPPED: Slurm and munge are not installed" >&3
        skip "Slurm and munge are not installed"
    }
    local good lost again
    start_slurm
    good=$(sh submit.sh neuron_cache parts 4)

    # The third task of the second array is killed as it works.
    mkdir bin
    printf '#!/bin/sh\ncase " $* " in *" 3/4 "*) kill -9 $$ ;; esac\nexec "%s" "$@"\n' "$BUILD/nkibench" > bin/nkibench
    chmod +x bin/nkibench
    lost=$(PATH="$PWD/bin:$PATH" sh submit.sh neuron_cache lossy 4)
    within 50 queue_is_empty

    diff -u expected.txt <(said "$good")
    [ "$(ls parts)" = "$(printf '%s\n' 1-of-4.nkb 2-of-4.nkb 3-of-4.nkb 4-of-4.nkb whole)" ]
    [ "$(said "$lost")" = "nkibench: shard 3 of 4 of neuron_cache is missing" ]
    scontrol show job "$lost" | grep -q 'JobState=FAILED.*\|ExitCode=1:0'
    [ ! -e lossy/3-of-4.nkb ]

    # It runs again, and the whole is the same.
    sbatch --wait --array=3 scan.sh neuron_cache lossy 4 > /dev/null
    again=$(sbatch --parsable merge.sh lossy)
    within 20 queue_is_empty
    diff -u expected.txt <(said "$again")
    cmp parts/whole lossy/whole
}

@test "MPI: ranks scan, one process merges and scores" {
    command -v mpirun > /dev/null || {
        echo "# SKIPPED: mpirun is not installed" >&3
        skip "mpirun is not installed"
    }
    mkdir parts
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        mpirun --oversubscribe -n 4 sh scan.sh neuron_cache parts 4 3>&-
    sh merge.sh parts 2> /dev/null | diff -u expected.txt -
}
