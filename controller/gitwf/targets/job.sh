#!/bin/sh
# Plays the job whose folder is $1: in the directory $2 the command that follows, which reads this
# script's standard input. Its output goes, as $3 says, to the `file` out, to the `pipe` that is this
# script's standard output, or to `both`. It leads a session of its own.
#
# `exit` is made last, whole, by rename: only that file says that the job has ended, and with which
# status. The process $4 does that while it is there: it waits for this one, and spares it a program.
# $5 is the boot id of the machine, where that is known.
job=$1 directory=$2 output=$3 waits=$4 boot=$5
shift 5
# A handler, not '': an ignored signal would be inherited by the command.
trap : TERM INT HUP
# With its id, what tells this process from a later one: when it was started, field 22 of
# proc_pid_stat(5), since which start of the machine. Elsewhere than on Linux ps knows.
use_stat() {
    shift 19
    since="$boot $1"
}
if [ "$boot" ] && read -r stat < "/proc/$$/stat"; then
    use_stat ${stat##*) }
else
    since=$(LC_ALL=C TZ=UTC0 ps -o lstart= -p "$$")
fi
# Of several wrappers for one folder the first to make `pid` plays it: noclobber is O_EXCL, and a
# redirection of `exec` that fails ends the shell.
set -C
exec 3> "$job/pid"
printf '%s\n' "$$" "$since" >&3 || { rm "$job/pid"; exit 1; }
exec 3>&-
set +C
if cd "$directory" 2> "$job/err"; then
    # In a shell of its own, so that this one's words about a signal are not the command's.
    case $output in
    file) (exec "$@" > "$job/out" 2> "$job/err") ;;
    pipe) (exec "$@" 2> "$job/err") ;;
    both)
        mkfifo "$job/tee"
        (trap '' TERM INT HUP; exec tee "$job/out" < "$job/tee") &
        tee=$!
        (exec "$@" > "$job/tee" 2> "$job/err")
        ;;
    esac
    status=$?
else
    status=126
fi
# `exit.new` has its room already, so that this is written on a full disk too.
printf '%-3s\n' "$status" 1<> "$job/exit.new"
# What the command left running in its session ends with it; what writes `exit` does not.
trap '' TERM INT HUP
kill -TERM 0
if [ "$output" = both ]; then
    # What does not listen may keep the pipe to tee open for good: that is killed, with all of us.
    (sleep 2; kill -KILL 0) &
    wait "$tee"
    kill -KILL $!
fi
[ "$waits" ] && kill -0 "$waits" || exec mv "$job/exit.new" "$job/exit"
