#!/bin/sh
# Refuses pushes that break a workflow. `git wf hooks install` wrote this, `uninstall` takes it out.
moves=$(cat)
if [ -x @PYTHON@ ]; then
    printf '%s\n' "$moves" | @PYTHON@ -m gitwf_hooks.entry pre-receive || exit 1
else
    echo "git wf is not where it was: workflows are not checked" >&2
fi
[ -x "$0.before-git-wf" ] || exit 0
printf '%s\n' "$moves" | "$0.before-git-wf" "$@"
