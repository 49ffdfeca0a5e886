#!/bin/sh
# Plays the main job of git wf on the digits project, and tells what it does.
# Usage: tour.sh DIR, with `git-wf` and a `python3` that has scikit-learn on the PATH.
set -eu

folder=${1:?usage: tour.sh DIR}
export GIT_PAGER=cat DVC_NO_ANALYTICS=1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    tell() { printf '\n\033[1m%s\033[0m\n' "$1"; }
else
    tell() { printf '\n# %s\n' "$1"; }
fi

play() {
    printf '$ %s\n' "$1"
    eval "$1"
}

now() { python3 -c 'import time; print(time.time())'; }

# How long after the moment $1 the model in production was put there.
until_deployed() { python3 -c "import os; print(f'{os.stat(\"served/model.joblib\").st_mtime - $1:.1f} s')"; }
between() { python3 -c "print(f'{$2 - $1:.1f} s')"; }

# The name of a file's content, as git gives it.
served() { git hash-object --no-filters served/model.joblib; }

person_where_git_knows_none() {
    git config user.name >/dev/null || git config user.name 'A Person'
    git config user.email >/dev/null || git config user.email person@example.com
}

tell 'A real little project: it trains a classifier of handwritten digits, measures it on images
  that it has never seen, and serves it if it is good enough.'
play "git wf demo '$folder'"
play "cd '$folder'"
person_where_git_knows_none
play 'cat workflows/digits.wf'

tell 'Make the repository ready, and commit. The commit is the request to run.'
play 'git wf init'
play 'git add --all'
play 'git commit --quiet --message "Read digits with 256 neurons"'

tell 'Do what the branch asks for. (`git wf controller` waits for commits and does so for good.)'
begun=$(now)
play 'git wf reconcile'
trained_in=$(between "$begun" "$(now)")
first=$(served)

tell 'Somebody finds that a smaller network will do. It passes the gate, and goes into production.'
play "sed -i.bak 's/hidden: 256/hidden: 16/' params.yaml && rm params.yaml.bak"
play 'git commit --quiet --all --message "Save memory: 16 neurons"'
play 'git wf reconcile'

tell 'It reads worse than the first one. Take it back, as any commit is taken back.'
play 'git revert --no-edit HEAD'
begun=$(now)
play 'git wf reconcile'
rolled_back_in=$(between "$begun" "$(now)")
served_after=$(until_deployed "$begun")

tell 'Nothing was trained: the first model came back from the cache and was deployed again.'
play 'git wf log'
play 'git wf status'

tell 'All of it is in git, with the commit that asked for it.'
play 'git log --notes=wf -1'

if [ "$(served)" != "$first" ]; then
    tell 'The model in production is not the first one. This is a bug of git wf: please report it.'
    exit 1
fi
tell "In production is the first model again, byte for byte.
  To train, measure, deploy and try it took $trained_in.
  The rollback took $rolled_back_in; the first model was in production after $served_after of them."

tell 'Look for better settings: six networks, each a trial, and what each came to as a table and a picture.'
play 'git wf run workflows/search.wf'
play "git wf results --experiment 'trial_*' --metric accuracy"
play "git wf results best --experiment 'trial_*' --plot search.svg"
