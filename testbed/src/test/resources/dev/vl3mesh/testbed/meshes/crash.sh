# Kills the Envoy whose pod has an address in its domain, and says so.
#   crash.sh ADDRESS
for process in $(pgrep -x envoy); do
    if tr '\0' '\n' <"/proc/$process/environ" | grep -qx "INSTANCE_IP=$1"; then
        kill -9 "$process" && echo killed
    fi
done
