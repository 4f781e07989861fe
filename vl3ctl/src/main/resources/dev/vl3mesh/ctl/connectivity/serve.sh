# What every test pod serves: 7007 sends back what it gets, 7008 says who asks.
for family in 4 6; do
    only=
    [ "$family" = 4 ] || only=,ipv6-v6only=1
    socat "TCP$family-LISTEN:7007,fork,reuseaddr$only" EXEC:cat &
    socat -b 65536 "UDP$family-RECVFROM:7007,fork$only" 'EXEC:busybox dd bs=65536 count=1' &
    socat "TCP$family-LISTEN:7008,fork,reuseaddr$only" 'SYSTEM:echo $SOCAT_PEERADDR' &
done
trap 'kill $(jobs -p); exit 0' TERM
wait
# a family that the pod does not have ends its servers at once; the others go on
while :; do sleep 3600 & wait $!; done
