# Begins traffic that goes on until traffic-end.sh: to each address fifty echo requests a second, and one TCP connection
# with ten lines a second, which the other end sends back. Fails if nothing flows within 15 s.
#   traffic-start.sh ADDRESS...
exec </dev/null >/dev/null 2>&1
rm -rf /tmp/traffic
mkdir /tmp/traffic
lines() { # NUMBER
    n=0
    while [ ! -e /tmp/traffic/end ]; do
        n=$((n + 1))
        echo $n
        echo $n >"/tmp/traffic/sent.$1"
        sleep 0.1
    done
}
number=0
for address; do
    number=$((number + 1))
    case $address in
        *:*) to=TCP6:[$address] ;;
        *) to=TCP4:$address ;;
    esac
    ping -n -D -i 0.02 "$address" >"/tmp/traffic/ping.$number" &
    echo $! >"/tmp/traffic/pid.$number"
    (
        lines $number | socat -t 20 - "$to:7007" >"/tmp/traffic/back.$number"
        code=$?
        [ -e /tmp/traffic/end ] || code=early
        echo $code >"/tmp/traffic/done.$number"
    ) &
done
while [ "$number" -gt 0 ]; do
    waited=0
    # ping writes what it has in pieces of 4096 bytes
    while [ ! -s "/tmp/traffic/back.$number" ] || ! grep -q icmp_seq= "/tmp/traffic/ping.$number"; do
        waited=$((waited + 1))
        [ $waited -lt 150 ] || exit 1
        sleep 0.1
    done
    number=$((number - 1))
done
