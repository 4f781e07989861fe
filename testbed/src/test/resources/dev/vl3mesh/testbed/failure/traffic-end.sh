# Ends what traffic-start.sh began; prints a line for each address: the exit code of the connection's end ("early" if it
# ended before, "never" if it does not), lines sent, and lines that came back ("garbled" if they are not those sent).
for pid in /tmp/traffic/pid.*; do kill -INT "$(cat "$pid")"; done
touch /tmp/traffic/end
for pid in /tmp/traffic/pid.*; do
    number=${pid##*.}
    waited=0
    while [ ! -e "/tmp/traffic/done.$number" ] || ! grep -q transmitted "/tmp/traffic/ping.$number"; do
        waited=$((waited + 1))
        [ $waited -lt 125 ] || break
        sleep 0.2
    done
    came=$(wc -l <"/tmp/traffic/back.$number")
    busybox seq 1 "$came" | busybox cmp -s - "/tmp/traffic/back.$number" || came=garbled
    code=never
    [ ! -e "/tmp/traffic/done.$number" ] || code=$(cat "/tmp/traffic/done.$number")
    echo "$code $(cat "/tmp/traffic/sent.$number") $came"
done
