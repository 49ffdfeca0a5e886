#!/bin/sh
# Plays the job whose folder is $1: in the directory $2, with standard input from $3, the command
# that follows. It leads a session of its own. `exit` is written last, whole, by rename: only that
# file says that the job has ended, and with which status.
job=$1 directory=$2 input=$3
shift 3
# A handler, not '': an ignored signal would be inherited by the command.
trap : TERM INT HUP
# Of several wrappers for one folder the first to make `pid` plays it: noclobber is O_EXCL.
(set -C; printf '%s\n' "$$" > "$job/pid") 2> /dev/null || exit 1
if cd "$directory" 2> "$job/err"; then
    "$@" < "$input" > "$job/out" 2> "$job/err"
    status=$?
else
    status=126
fi
# What the command left running in its session ends with it; what writes `exit` does not.
trap '' TERM INT HUP
kill -TERM 0
printf '%s\n' "$status" > "$job/exit.new" && mv "$job/exit.new" "$job/exit"
