#!/bin/bash
# The `/start.sh` of RunPod's own images: what a pod does when no `args` take its place.

setup_ssh() {
    [[ $PUBLIC_KEY ]] || return
    mkdir -p ~/.ssh
    echo "$PUBLIC_KEY" >>~/.ssh/authorized_keys
    chmod -R go= ~/.ssh
    for type in ecdsa ed25519; do
        key=/etc/ssh/ssh_host_${type}_key
        [ -f "$key" ] || ssh-keygen -q -t "$type" -N '' -f "$key"
    done
    /usr/sbin/sshd
    echo "sshd is up"
}

export_env_vars() {
    printenv | grep -E '^RUNPOD_|^PATH=|^_=' | awk -F = '{ print "export " $1 "=\"" $2 "\"" }' >>/etc/rp_environment
    echo 'source /etc/rp_environment' >>~/.bashrc
}

setup_ssh
export_env_vars
echo "Start script(s) finished, pod is ready to use."
sleep infinity
