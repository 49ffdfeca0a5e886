# Processes of this machine: whether the one that plays a job is there, and which belong to it.
# `wf_boot` names this start of the machine, where it tells.

# Sets `said` to what job.sh writes beside the process id $1; fails where the process is gone.
since() {
    if [ -r "/proc/$1/stat" ]; then
        read -r stat 2> /dev/null < "/proc/$1/stat" || return 1
        set -- ${stat##*) }
        [ $# -gt 19 ] || return 1
        case $1 in Z | X) return 1 ;; esac
        shift 19
        said="$wf_boot $1"
    elif [ -d /proc/self ]; then
        return 1
    else
        set -- $(LC_ALL=C TZ=UTC0 ps -o lstart= -p "$1")
        said="$*"
        [ "$said" ]
    fi
}

# Succeeds while the process is there that wrote the file $1; sets `pid` and `known` to what that says.
alive() {
    pid= known=
    [ -f "$1" ] || return 1
    { read -r pid; read -r known; } 2> /dev/null < "$1"
    [ "$pid" ] && since "$pid" || return 1
    set -- $known
    [ "$said" = "$*" ]
}

# Prints the processes of the job in $1, wherever they went: those with its WF_RESULT (Linux only).
members() {
    [ -d /proc/self ] || return 0
    for found in $(grep -lzF "WF_RESULT=$1/result" /proc/[0-9]*/environ 2> /dev/null); do
        found=${found#/proc/}
        echo "${found%/environ}"
    done
}

# Prints the members of the job in $1 that never left its process group.
group() {
    [ -f "$1/pid" ] && read -r pid < "$1/pid" || return 0
    for one in $(members "$1"); do
        read -r stat 2> /dev/null < "/proc/$one/stat" || continue
        set -- "$1" ${stat##*) }
        [ "$4" = "$pid" ] && echo "$one"
    done
    return 0
}

# Sends the signal $1 to the process group that $2 leads. (dash wants the dashes, busybox does not.)
signal_group() {
    kill -s "$1" -- "-$2" 2> /dev/null || kill -s "$1" "-$2" 2> /dev/null
}

# Sends the signal $2 to all processes of the job in $1.
signal() {
    alive "$1/pid" && signal_group "$2" "$pid"
    for one in $(members "$1"); do
        kill -s "$2" "$one" 2> /dev/null
    done
    return 0
}
