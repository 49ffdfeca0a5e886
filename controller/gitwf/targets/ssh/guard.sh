# Watches over the job in the folder $1 while nobody else may: it outlives every connection.
#
# A running job is left alone until it has run $3 seconds. One that has ended, and that nobody has asked
# for in $4 seconds, is put away: its outs (all further arguments) go from its workspace $2 into its
# folder, where whoever comes finds them, the workspace goes, and $5 is run, which may end the machine.
# Time is counted in its own sleeps, so no clock can mislead it.
job=$1 work=$2 limit=$3 patience=$4 after=$5
shift 5
(set -C && since "$$" && printf '%s\n' "$$" "$said" > "$job/guard") 2> /dev/null || [ ! -e "$job/guard" ] || exit 0 # there is one
tick=15
[ "$patience" -lt "$tick" ] && tick=$patience
[ "$limit" -lt "$tick" ] && tick=$limit
[ "$tick" -gt 0 ] || tick=1
ran=0 unseen=0
while [ "$unseen" -lt "$patience" ]; do
    sleep "$tick"
    [ -d "$job" ] || exit 0
    if [ ! -f "$job/exit" ] && alive "$job/pid"; then
        ran=$((ran + tick))
        if [ "$ran" -ge "$limit" ]; then
            [ "$((ran - tick))" -lt "$limit" ] &&
                echo "git-wf: ended after $((limit / 3600)) h (\`max_hours\`)" >> "$job/err"
            signal "$job" TERM
            [ "$ran" -lt "$((limit + 60))" ] || signal "$job" KILL
        fi
    elif [ -e "$job/heartbeat" ]; then
        rm -f "$job/heartbeat"
        unseen=0
    else
        unseen=$((unseen + tick))
    fi
done
for out; do
    [ -e "$work/$out" ] || continue
    mkdir -p "$job/outs/$out" && rmdir "$job/outs/$out" && mv "$work/$out" "$job/outs/$out"
done
[ "$work" ] && rm -rf "$work"
[ "$after" ] && eval "$after"
