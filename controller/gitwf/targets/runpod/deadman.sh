# Ends the pod that it runs on when nobody needs it any more: no job runs there, and no controller has come
# for $1 seconds; or when it has been up for $2 seconds (0: for ever). $3 is where RunPod's API is.
#
# RunPod never held to a time limit of its own, so a pod that a controller forgot, or died over, must end
# itself. It does so with the key that RunPod gives to each pod, which reaches no further; where that key may
# not terminate, the pod is stopped, which costs no GPU. Time is counted in its own sleeps.
patience=$1 limit=$2 base=$3
mkdir /tmp/.git-wf-deadman 2> /dev/null || exit 0
seen=${HOME:-/root}/.git-wf-seen

given() {
    tr '\0' '\n' 2> /dev/null < /proc/1/environ | sed -n "s/^$1=//p"
}
pod=${RUNPOD_POD_ID:-$(given RUNPOD_POD_ID)}
key=${RUNPOD_API_KEY:-$(given RUNPOD_API_KEY)}
unset RUNPOD_API_KEY

# Says what the API answers to the method $1 at $2 with the body $3. The key is in no argument.
asked() {
    if command -v curl > /dev/null; then
        printf 'header = "Authorization: Bearer %s"\n' "$key" |
            curl -K - -sS -m 30 -o /dev/null -w '%{http_code}' -X "$1" -H 'Content-Type: application/json' \
                ${3:+-d "$3"} "$base/v2/pods/$pod$2" 2> /dev/null
    else
        printf '%s' "$key" | python3 -c '
import sys, urllib.error, urllib.request
key, (method, url, body) = sys.stdin.read(), sys.argv[1:]
head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
asked = urllib.request.Request(url, body.encode() or None, head, method=method)
try:
    print(urllib.request.urlopen(asked, timeout=30).status)
except urllib.error.HTTPError as error:
    print(error.code)' "$1" "$base/v2/pods/$pod$2" "$3" 2> /dev/null
    fi
}

is_busy() {
    grep -lqzF WF_RESULT= /proc/[0-9]*/environ 2> /dev/null
}

tick=15
[ "$patience" -lt "$tick" ] && tick=$patience
[ "$tick" -gt 0 ] || tick=1
age=0 unseen=0
while [ "$unseen" -lt "$patience" ]; do
    sleep "$tick"
    age=$((age + tick))
    [ "$limit" -gt 0 ] && [ "$age" -ge "$limit" ] && break
    if [ -e "$seen" ] || is_busy; then
        rm -f "$seen"
        unseen=0
    else
        unseen=$((unseen + tick))
    fi
done
echo "git-wf: nobody needs this pod: it ends itself"
while :; do
    case $(asked DELETE '' '') in 2?? | 404) exit 0 ;; esac
    case $(asked POST /action '{"action":"stop"}') in 2??) exit 0 ;; esac
    command -v runpodctl > /dev/null && runpodctl remove pod "$pod"
    sleep 60
done
