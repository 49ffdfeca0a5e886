# What a connection to this machine begins with: the folder of a repository here, and what is done in it.
# Given: wf_workdir, wf_repository, wf_wrapper, wf_guard. Answers with the folder and the start of the
# machine, or with why not. What a job's environment must not come to begins with `wf_`.
enter() {
    case $wf_workdir in
    '~' | '~/'*) wf_workdir=$HOME${wf_workdir#'~'} ;;
    esac
    wf_root=$wf_workdir/$wf_repository
    (umask 077 && mkdir -p "$wf_root/jobs" "$wf_root/work" "$wf_root/objects" "$wf_root/incoming" "$wf_root/claims") && cd "$wf_root" || return
    wf_root=$(pwd -P)
    if [ -r /proc/sys/kernel/random/boot_id ]; then
        read -r wf_boot < /proc/sys/kernel/random/boot_id
    else
        wf_boot=$(sysctl -n kern.bootsessionuuid 2> /dev/null)
    fi
    printf 'root %s\nboot %s\n' "$wf_root" "$wf_boot"
}

wf_setsid=$(command -v setsid)
wf_md5=
command -v md5sum > /dev/null && wf_md5=md5sum
[ "$wf_md5" ] || command -v md5 > /dev/null && wf_md5=${wf_md5:-md5 -r}
# A copy that costs nothing, where the file system can.
wf_copy='cp -RP'
cp --help 2>&1 | grep -q reflink && wf_copy='cp -RP --reflink=auto'

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

# Sets `holder` to the clone whose the run $1 is: that which has claimed it with the highest number.
held() {
    holder= number=-1
    for file in "claims/$1"/*; do
        [ -f "$file" ] && [ "${file##*/}" -gt "$number" ] && number=${file##*/}
    done
    [ "$number" -lt 0 ] || read -r holder < "claims/$1/$number"
}

# Fails where the run $1 is another clone's than $2.
owned() {
    held "$1"
    [ "$number" -lt 0 ] || [ "$holder" = "$2" ] || return 77
}

# Has the run $1 be that of the clone $3 from now on, with the number $2; fails where a higher one counts.
claim() {
    held "$1"
    if [ "$holder" != "$3" ]; then
        mkdir -p "claims/$1" && printf '%s\n' "$3" > "claims/$1/.$$" || return
        ln "claims/$1/.$$" "claims/$1/$2" 2> /dev/null
        rm -f "claims/$1/.$$"
    fi
    owned "$1" "$3"
}

# Makes the folder of the job $1, with room for its exit status. Of several at once one makes that, by a
# link: what it may have written into it by then is not overwritten. Where somebody has the job forgotten
# meanwhile, the folder is made anew.
prepare() {
    for _ in 1 2 3 4; do
        prepared "$1" 2> /dev/null && return
    done
    prepared "$1"
}

prepared() {
    mkdir -p "jobs/$1" || return
    [ -e "jobs/$1/exit.new" ] || [ -e "jobs/$1/exit" ] && return
    printf '%-3s\n' '' > "jobs/$1/exit.$$" &&
        { ln "jobs/$1/exit.$$" "jobs/$1/exit.new" 2> /dev/null || [ -e "jobs/$1/exit.new" ] || [ -e "jobs/$1/exit" ]; }
    status=$?
    rm -f "jobs/$1/exit.$$"
    [ "$status" -eq 0 ] || rmdir "jobs/$1" 2> /dev/null
    return "$status"
}

# Starts the job $1 in the directory $2, or at home; the command follows, and the environment is the caller's.
begin() {
    wf_job=$wf_root/jobs/$1 wf_directory=${2:-$HOME}
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

# Prints how jobs stand, and how long their output is: a line for each, then those of `ls`. A job follows
# the run that it is of, empty for none.
look() {
    files=
    while [ $# -gt 0 ]; do
        stands "jobs/$2" "$2" "$1"
        files="$files jobs/$2/out jobs/$2/err"
        shift 2
    done
    ls -ln $files 2> /dev/null
    return 0
}

stands() {
    holder=
    [ ! "$3" ] || held "$3"
    if [ ! -d "$1" ]; then
        echo "$2 nowhere - ${holder:--}"
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
    echo "$2 $state ${status:--} ${holder:--} ${pid:--} $known"
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

# Prints those of the contents that are not in the store, at once: each `echo` by itself would be a packet.
# Of the others the time says when they were used.
missing() {
    (cd objects && touch -c "$@") 2> /dev/null
    lacking=$(for name; do [ -f "objects/$name" ] || echo "$name"; done)
    echo "$lacking"
}

# Reads an archive of $2 bytes, and takes what came out of it into the store.
unpack() {
    rm -rf "incoming/$1"
    mkdir "incoming/$1" && head -c "$2" | tar -xomf - -C "incoming/$1" || return
    if (cd "incoming/$1" && sealed); then
        find "incoming/$1" -type f -exec sh -c 'exec mv -f "$@" objects' sh {} + && rmdir "incoming/$1"
    else
        rm -rf "incoming/$1"
        echo 'a file changed on its way: try again'
        return 1
    fi
}

# Fails where the files here are not what the last of them says: the hash of all their hashes, sorted.
sealed() {
    read -r seal < seal && rm seal || return
    [ "$wf_md5" ] || return 0
    set -- $(find . -type f -exec $wf_md5 {} + | tr -s ' ' | LC_ALL=C sort | $wf_md5)
    [ "$1" = "$seal" ]
}

# Prints how much of the content $1 has come. What is more than $2 bytes is none of it.
arrived() {
    [ "$2" ] && [ -f "incoming/$1" ] && [ "$(wc -c < "incoming/$1")" -gt "$2" ] && rm "incoming/$1"
    if [ -f "incoming/$1" ]; then wc -c < "incoming/$1"; else echo 0; fi
}

# Reads $2 further bytes of the content $1, and prints their hash.
receive() {
    if [ "$wf_md5" ]; then
        head -c "$2" | tee -a "incoming/$1" | $wf_md5
    else
        head -c "$2" >> "incoming/$1"
    fi
    [ "$(wc -c < "incoming/$1")" -ge "$2" ]
}

# Takes the content $1, with the mode $2, into the store.
store() {
    chmod "$2" "incoming/$1" && mv -f "incoming/$1" "objects/$1"
}

# Prints what is in the store, or on its way there, and was not used in the last $1 days: lines of `ls`.
unused() {
    find objects incoming -type f -mtime "+$(($1 - 1))" -exec ls -ln {} +
}

# Removes the same.
prune() {
    find objects incoming -type f -mtime "+$(($1 - 1))" -exec rm -f {} +
}

# Prints the runs that were claimed, the last time $1 days ago or more, and have no job here.
unclaimed() {
    find claims -type d -mtime "+$(($1 - 1))" | while read -r claims; do
        run=${claims#claims}
        set -- "jobs$run"-* "work$run"-*
        [ ! "$run" ] || [ -e "$1" ] || [ -e "$2" ] || echo "${run#/}"
    done
}

# Makes the workspace of the job $1: an archive of $2 bytes is read that links to the store, and what it
# makes is copied, so that no job can change what is in the store. The run is $3, of the clone $4.
assemble() {
    rm -rf "work/$1.links" "work/$1.copy"
    mkdir "work/$1.links" && head -c "$2" | tar -xf - || return
    $wf_copy "work/$1.links" "work/$1.copy" && rm -rf "work/$1.links" || return
    [ ! "$4" ] || owned "$3" "$4" || return
    rm -rf "work/$1" && mv "work/$1.copy" "work/$1"
}

# Goes to where the outs of the job $1 are: its workspace, or where its guard has put them. (Or to the
# folder $1.)
outs_of() {
    case $1 in
    /*) cd "$1" ;;
    *) if [ -d "work/$1" ]; then cd "work/$1"; else cd "jobs/$1/outs"; fi ;;
    esac
}

# Prints of each of the paths whether it is a folder, a file, or not there, a line each; then the
# files at all of them, each followed by a NUL. Links to folders are passed over, as DVC does.
listed() (
    outs_of "$1" || return
    shift
    for path; do
        if [ -d "$path" ]; then echo folder; elif [ -e "$path" ]; then echo file; else echo -; fi
    done
    for path; do
        [ ! -e "$path" ] ||
            find -H "$path" \( -type f -o -type l -exec test -f {} \; \) -exec printf '%s\000' {} + || return
    done
)

# Reads $2 bytes of paths, each followed by a NUL, and prints of them in turns: how many, their hashes,
# their sizes, and which may be run.
described() (
    outs_of "$1" && head -c "$2" | wf_md5=$wf_md5 xargs -0 sh -c '
        echo "$#"
        if [ "$wf_md5" ]; then $wf_md5 "$@" || exit 255; else for path; do echo -; done; fi
        wc -c "$@" || exit 255
        for path; do if [ -x "$path" ]; then echo x; else echo -; fi; done' sh
)

# Reads $2 bytes of paths, each followed by a NUL, and prints what is in these files.
contents() (
    outs_of "$1" && head -c "$2" | xargs -0 cat
)

# Takes what the job $1 wrote into the store; names of contents and their paths follow in turns.
offer() (
    outs_of "$1" || return
    shift
    while [ $# -gt 0 ]; do
        [ -e "$wf_root/objects/$1" ] || ln "$2" "$wf_root/objects/$1" 2> /dev/null
        shift 2
    done
    return 0
)

# Reads an archive of $3 bytes that holds $2, and puts that at $1, or into the folder that is there.
taken() (
    cd && at_home "$1" || return
    case $path in */) mkdir -p "$path" || return ;; esac
    [ -d "$path" ] && path=${path%/}/$2
    draft=$path.wf-$$
    mkdir -p "$draft" && head -c "$3" | tar -xf - -C "$draft" && rm -rf "$path" && mv "$draft/$2" "$path"
    status=$?
    rm -rf "$draft"
    return "$status"
)

# Prints the folder that holds $1, and what it is called there.
given() (
    cd && at_home "$1" && [ -e "$path" ] || { echo "there is no $1"; return 1; }
    path=${path%/}
    case $path in */*) cd "${path%/*}/" ;; esac
    pwd && echo "${path##*/}"
)

# Sets `path` to $1, in which a first `~` is the home.
at_home() {
    case $1 in '~' | '~/'*) path=$HOME${1#'~'} ;; *) path=$1 ;; esac
}

enter
