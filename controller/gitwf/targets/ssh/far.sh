# What a connection to this machine begins with: the folder of a repository here, and what is done in it.
# Given: wf_workdir, wf_repository, wf_wrapper, wf_guard. Answers with the folder and the start of the
# machine, or with why not. What a job's environment must not come to begins with `wf_`.
enter() {
    case $wf_workdir in
    '~' | '~/'*) wf_workdir=$HOME${wf_workdir#'~'} ;;
    esac
    wf_root=$wf_workdir/$wf_repository
    (umask 077 && mkdir -p "$wf_root/jobs" "$wf_root/work" "$wf_root/objects" "$wf_root/incoming") && cd "$wf_root" || return
    wf_root=$(pwd -P)
    if [ -r /proc/sys/kernel/random/boot_id ]; then
        read -r wf_boot < /proc/sys/kernel/random/boot_id
    else
        wf_boot=$(sysctl -n kern.bootsessionuuid 2> /dev/null)
    fi
    printf 'root %s\nboot %s\n' "$wf_root" "$wf_boot"
}

wf_setsid=$(command -v setsid)
if command -v md5sum > /dev/null; then
    md5s() { md5sum "$@"; }
elif command -v md5 > /dev/null; then
    md5s() { md5 -r "$@"; }
else
    md5s() { echo "no md5sum here" && return 127; }
fi

# Runs a command in a session of its own, as good as started by init: no signal of it is ignored, as
# those of what stands before a `&` are. A process that leads a session forks for a further setsid.
detached() {
    if [ "$wf_setsid" ]; then
        "$wf_setsid" "$wf_setsid" "$@" < /dev/null > /dev/null 2>&1
    else
        set -m
        "$@" < /dev/null > /dev/null 2>&1 &
        set +m
    fi
}

# Makes the folder of the job $1, with room for its exit status.
prepare() {
    mkdir -p "jobs/$1" || return
    [ -e "jobs/$1/exit.new" ] || [ -e "jobs/$1/exit" ] && return
    (set -C && printf '%-3s\n' '' > "jobs/$1/exit.new") && return
    rm -rf "jobs/$1"
    return 1
}

# Starts the job $1 in the directory $2; the command follows, and the environment is the caller's.
begin() {
    wf_job=$wf_root/jobs/$1 wf_directory=$2
    shift 2
    [ -d "$wf_job" ] || return 1
    [ -e "$wf_job/pid" ] && return
    detached /bin/sh -c "$wf_wrapper" git-wf-job "$wf_job" "$wf_directory" file '' "$wf_boot" "$@"
}

# Starts the guard of the job $1; what guard.sh takes behind its folder follows.
watched() {
    job=$wf_root/jobs/$1
    shift
    [ -e "$job/guard" ] || detached /bin/sh -c "wf_boot=$wf_boot
$wf_guard" git-wf-guard "$job" "$@"
}

# Prints how each of the jobs stands, and how long its output is: one line, then those of `ls`.
look() {
    for job; do
        stands "jobs/$job" "$job"
    done
    ls -ln $(for job; do echo "jobs/$job/out" "jobs/$job/err"; done) 2> /dev/null
    return 0
}

stands() {
    if [ ! -d "$1" ]; then
        echo "$2 nowhere"
        return
    fi
    { true > "$1/heartbeat"; } 2> /dev/null
    if alive "$1/pid"; then state=alive; else state=gone; fi
    status=
    for file in exit exit.new; do
        [ "$file$state" = exit.newalive ] && continue
        [ -f "$1/$file" ] && read -r status _ < "$1/$file" || status=
        [ "$status" ] && break
    done
    if [ "$status" ]; then
        state=ended
    elif [ ! "$pid" ] && [ ! -e "$1/exit" ]; then
        state=new
    fi
    echo "$2 $state ${status:--} ${pid:--} $known"
}

# Prints up to $3 bytes of the file $1 from byte $2, counted from 1.
piece() {
    [ -f "$1" ] && tail -c "+$2" "$1" 2> /dev/null | head -c "$3"
}

# Ends what is left of the job $1 that has ended by itself: what never left its process group.
settle() {
    if [ -d /proc/self ]; then
        set -- $(group "$wf_root/jobs/$1")
        [ $# -eq 0 ] || kill -s KILL "$@" 2> /dev/null
    else
        read -r pid < "jobs/$1/pid" && signal_group KILL "$pid"
    fi
    return 0
}

# Forgets the job $1: its workspace, its folder, its guard.
forget() {
    alive "jobs/$1/guard" && signal_group TERM "$pid"
    rm -rf "work/$1" "jobs/$1"
}

enter
