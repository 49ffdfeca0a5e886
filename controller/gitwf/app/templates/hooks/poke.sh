#!/bin/sh
# Has a running `git wf controller` look at once. `git wf hooks install` wrote this, `uninstall` takes it out.
dir=${GIT_DIR:-.git}
[ -f "$dir" ] && read -r _ dir <"$dir"
if [ -f "$dir/commondir" ]; then
    read -r common <"$dir/commondir"
    case $common in
        /*) dir=$common ;;
        *) dir=$dir/$common ;;
    esac
fi
[ -p "$dir/wf/poke" ] && printf . 2>/dev/null 1<>"$dir/wf/poke"
[ -x "$0.before-git-wf" ] && exec "$0.before-git-wf" "$@"
exit 0
