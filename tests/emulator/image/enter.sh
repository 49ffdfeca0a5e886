#!/bin/sh
# Makes the file system of a pod, in namespaces of its own, and becomes the first process in it.
#
# usage: enter.sh DISK HOSTNAME [size MEGABYTES] [home ro] [clock SECONDS] [copy FOLDER | bind FROM TO]... -- COMMAND...
#
# DISK/root is the pod's `/`. DISK/upper/FOLDER holds what the pod writes over FOLDER of this machine. The
# environment is the pod's own already, so this script looks for its programs itself.
set -eu
path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
disk=$1 hostname=$2
shift 2
root=$disk/root

# A file system of the pod's size, for a disk that can be full; what the image brings moves there.
small_disk() {
    small=$disk.small
    mkdir -p "$small"
    mount -t tmpfs -o "size=$1m,mode=755" tmpfs "$small"
    cp -a "$disk/." "$small"
    disk=$small root=$small/root
}

# A folder of this machine, as it is; what the pod writes there goes to its own disk.
copy_of() {
    mkdir -p "$root$1" "$disk/upper$1" "$disk/draft$1"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$disk/upper$1,workdir=$disk/draft$1" "$root$1"
}

bind() {
    mkdir -p "$1" "$root$2"
    mount --bind "$1" "$root$2"
}

programs() {
    for folder in /bin /sbin /lib /lib32 /lib64 /libx32; do
        if [ -L "$folder" ]; then
            ln -snf "$(readlink "$folder")" "$root$folder"
        elif [ -d "$folder" ]; then
            copy_of "$folder"
        fi
    done
    copy_of /usr
    if [ -d "$disk/draft/etc" ]; then
        copy_of /etc
    else
        copy_of /etc
        rm -f "$root"/etc/ssh/ssh_host_* # this machine's own
    fi
}

devices() {
    mkdir -p "$root/proc" "$root/dev"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
}

# A home that lets its owner in, and no more.
read_only_home() {
    mkdir -p "$root/root/.ssh"
    echo "${PUBLIC_KEY:-}" >"$root/root/.ssh/authorized_keys"
    mount --bind "$root/root" "$root/root"
    mount -o remount,bind,ro "$root/root"
}

# Every process of the pod sees a time that is so many seconds off.
wrong_clock() {
    echo /usr/lib/*/faketime/libfaketime.so.1 >"$root/etc/ld.so.preload"
    echo "$1" >"$root/etc/faketimerc"
}

hostname "$hostname"
home=rw
clock=
while [ "$1" != -- ]; do
    case $1 in
    size) small_disk "$2"; shift 2 ;;
    home) home=$2; shift 2 ;;
    clock) clock=$2; shift 2 ;;
    copy) copy_of "$2"; shift 2 ;;
    bind) bind "$2" "$3"; shift 3 ;;
    *) echo "enter.sh: $1?" >&2; exit 2 ;;
    esac
done
shift
programs
devices
[ "$home" = rw ] || read_only_home
[ -z "$clock" ] || wrong_clock "$clock"
cd /
PATH=$path exec /usr/sbin/chroot "$root" "$@"
