# Prints the KiB that the sidecars of a namespace's pods have, as the kernel shares them out (PSS).
#   sidecar-memory.sh NAMESPACE PODS
# PODS is a pattern of whole names.
sum=0
for process in $(pgrep -x 'envoy|pilot-agent'); do
    environment=$(tr '\0' '\n' <"/proc/$process/environ")
    case "
$environment
" in
        *"
POD_NAMESPACE=$1
"*) ;;
        *) continue ;;
    esac
    echo "$environment" | grep -qx "POD_NAME=$2" || continue
    sum=$((sum + $(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "/proc/$process/smaps_rollup")))
done
echo "$sum"
