#!/bin/sh
# Plays the job whose folder is $1: in the directory $2 the command that follows, which reads this
# script's standard input. Its output goes, as $3 says, to the `file` out, to the `pipe` that is this
# script's standard output, or to `both`. It leads a session of its own.
#
# `exit` is made last, whole, by rename: only that file says that the job has ended, and with which
# status. The process $4 does that while it is there: it waits for this one, and spares it a program.
# $5 is the boot id of the machine, where that is known.
#
# All names here begin with `wf_`: a variable of the environment that had one of them would come to
# the command with another value.
wf_job=$1 wf_directory=$2 wf_output=$3 wf_waits=$4 wf_boot=$5
shift 5
# A handler, not '': an ignored signal would be inherited by the command.
trap : TERM INT HUP
# With its id, what tells this process from a later one: when it was started, field 22 of
# proc_pid_stat(5), since which start of the machine. Elsewhere than on Linux ps knows.
wf_use_stat() {
    shift 19
    wf_since="$wf_boot $1"
}
if [ "$wf_boot" ] && read -r wf_stat < "/proc/$$/stat"; then
    wf_use_stat ${wf_stat#*) } # from the left: `sh` has no `)` in it, and the rest is long
else
    wf_since=$(LC_ALL=C TZ=UTC0 ps -o lstart= -p "$$")
fi
# Of several wrappers for one folder the first to make `pid` plays it: noclobber is O_EXCL, and a
# redirection of `exec` that fails ends the shell.
set -C
exec 3> "$wf_job/pid"
printf '%s\n' "$$" "$wf_since" >&3 || { rm "$wf_job/pid"; exit 1; }
exec 3>&-
set +C
# Becomes the command. That has a shell of its own, so that this one's words about a signal are not
# the command's.
wf_play() {
    exec 2> "$wf_job/err"
    cd "$wf_directory" || exit 126
    exec "$@"
}
case $wf_output in
file) (exec > "$wf_job/out" && wf_play "$@") ;;
pipe) (wf_play "$@") ;;
both)
    mkfifo "$wf_job/tee"
    (trap '' TERM INT HUP; exec tee "$wf_job/out" < "$wf_job/tee") &
    wf_tee=$!
    (exec > "$wf_job/tee" && wf_play "$@")
    ;;
esac
wf_status=$?
# `exit.new` has its room already, so that this is written on a full disk too.
printf '%-3s\n' "$wf_status" 1<> "$wf_job/exit.new"
# What the command left running in its session ends with it; what writes `exit` does not.
trap '' TERM INT HUP
kill -TERM 0
if [ "$wf_output" = both ]; then
    # What does not listen may keep the pipe to tee open for good: that is killed, with all of us.
    (sleep 2; kill -KILL 0) &
    wait "$wf_tee"
    kill -KILL $!
fi
[ "$wf_waits" ] && kill -0 "$wf_waits" || exec mv "$wf_job/exit.new" "$wf_job/exit"
