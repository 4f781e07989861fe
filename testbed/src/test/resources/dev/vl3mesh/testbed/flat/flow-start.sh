# Begins traffic that goes on until flow-end.sh: ten echo requests a second, and one TCP connection with ten lines a
# second, which the other end sends back.
#   flow-start.sh ADDRESS
exec </dev/null >/dev/null 2>&1
rm -f /tmp/flow.*
ping -n -q -i 0.1 "$1" >/tmp/flow.ping &
echo $! >/tmp/flow.pid
lines() {
    n=0
    while [ ! -e /tmp/flow.end ]; do
        n=$((n + 1))
        echo $n
        sleep 0.1
    done
    echo $n >/tmp/flow.sent
}
(
    lines | socat -t 20 - "TCP:$1:7007" >/tmp/flow.back
    echo $? >/tmp/flow.done
) &
