#!/bin/sh
# Plays the job whose folder is $1: in the directory $2 the command that follows, which reads this
# script's standard input. Its output goes, as $3 says, to the `file` out, to the `pipe` that is this
# script's standard output, or to `both`. It leads a session of its own. `exit` is written last,
# whole, by rename: only that file says that the job has ended, and with which status.
job=$1 directory=$2 output=$3
shift 3
# A handler, not '': an ignored signal would be inherited by the command.
trap : TERM INT HUP
# Of several wrappers for one folder the first to make `pid` plays it: noclobber is O_EXCL.
(set -C; printf '%s\n' "$$" > "$job/pid") 2> /dev/null || exit 1
if cd "$directory" 2> "$job/err"; then
    case $output in
    file) "$@" > "$job/out" 2> "$job/err" ;;
    pipe) "$@" 2> "$job/err" ;;
    both)
        mkfifo "$job/tee"
        (trap '' TERM INT HUP; exec tee "$job/out" < "$job/tee") &
        "$@" > "$job/tee" 2> "$job/err"
        ;;
    esac
    status=$?
else
    status=126
fi
# What the command left running in its session ends with it; what writes `exit` does not.
trap '' TERM INT HUP
kill -TERM 0
wait
printf '%s\n' "$status" > "$job/exit.new" && mv "$job/exit.new" "$job/exit"
