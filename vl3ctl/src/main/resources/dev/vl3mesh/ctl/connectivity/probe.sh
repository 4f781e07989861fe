# Runs inside a test pod. Each probe prints one line: FAMILY PROTOCOL BYTES ok|failed DETAIL
#
#   pair MTU TARGET4 TARGET6      every protocol at several packet sizes; - for an address that is not there
#   names NAME ADDRESS...         a name of the domain answers with exactly the addresses
#   outside TARGET4 TARGET6       nothing comes through

say() { echo "$family $*"; }

icmp() { # PROTOCOL BYTES MODE; BYTES of the whole packet
    out=$(ping "-$family" -n -q -c 3 -i 0.2 -W 1 -M "$3" -s $(($2 - headers)) "$target" 2>&1)
    got=$(echo "$out" | sed -n 's/.*transmitted, \([0-9]*\) received.*/\1/p')
    rtt=$(echo "$out" | sed -n 's/.*= \([0-9.]*\)\/\([0-9.]*\)\/.*/\2/p')
    if [ "${got:-0}" -gt 0 ]; then
        say "$1" "$2" ok "$got of 3 answers, $rtt ms"
    else
        say "$1" "$2" failed "$(echo "$out" | grep -v '^PING\|^---\|^$' | head -n 1)"
    fi
}

# No packet larger than the interface's MTU may leave whole: the sender must hear of it.
oversize() {
    if ping "-$family" -n -q -c 1 -W 1 -M do -s $((mtu + 1 - headers)) "$target" >/dev/null 2>&1; then
        say oversize $((mtu + 1)) failed "a packet that is larger than the MTU came through whole"
    else
        say oversize $((mtu + 1)) ok "refused, as it must be"
    fi
}

echoes() { # PROTOCOL BYTES WAIT
    file=$dir/$family-$1-$2
    head -c "$2" /dev/urandom >"$file"
    upper=$(echo "$1" | tr a-z A-Z)
    timeout 15 socat -b 65536 -t "$3" - "$upper$family:$literal:7007$connect" <"$file" >"$file.back" 2>"$file.err"
    if [ "$(md5sum <"$file")" = "$(md5sum <"$file.back")" ]; then
        say "$1" "$2" ok
    elif [ -s "$file.back" ]; then
        say "$1" "$2" failed "$(wc -c <"$file.back") bytes came back, others than were sent"
    else
        why=$(sed -n 's/.*socat\[[0-9]*\] [EW] //p' "$file.err" | head -n 1)
        say "$1" "$2" failed "${why:-no answer}"
    fi
}

family_probes() { # FAMILY TARGET
    family=$1 target=$2
    if [ "$family" = 4 ]; then headers=28 literal=$target; else headers=48 literal=[$target]; fi
    icmp icmp 100 do
    icmp icmp 1000 do
    icmp icmp "$mtu" do
    icmp icmp $((mtu * 3)) dont
    oversize
    connect=,connect-timeout=3
    echoes tcp 1 10
    echoes tcp 1000000 10
    seen=$(timeout 5 socat -u "TCP$family:$literal:7008,connect-timeout=3" - 2>/dev/null)
    say source 0 ok "$seen"
    connect=
    echoes udp 10 0.5
    echoes udp 1000 0.5
    echoes udp $((mtu - headers)) 0.5
    echoes udp $((mtu * 3)) 0.5
}

md5sum() { busybox md5sum; }

verb=$1
shift
case $verb in
    pair)
        mtu=$1
        dir=/tmp/probe.$$
        mkdir "$dir"
        [ "$2" = - ] || family_probes 4 "$2" &
        [ "$3" = - ] || family_probes 6 "$3" &
        wait
        rm -r "$dir"
        ;;
    names)
        family=-
        name=$1
        shift
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            answers=" $(dig +short +time=1 +tries=1 "$name" A "$name" AAAA | tr '\n' ' ')"
            missing=
            for address in "$@"; do
                case $answers in *" $address "*) ;; *) missing="$missing $address" ;; esac
            done
            [ -n "$missing" ] || break
            sleep 0.5
        done
        if [ -z "$missing" ]; then say dns 0 ok "$name"; else say dns 0 failed "$name lacks$missing; it has${answers% }"; fi
        ;;
    outside)
        for family in 4 6; do
            target=$1
            shift
            [ "$target" != - ] || continue
            if ping "-$family" -n -q -c 1 -W 1 "$target" >/dev/null 2>&1; then
                say isolation 0 failed "a pod outside of the domain reaches it by ICMP"
            elif nc -z -w 1 "$target" 7007 >/dev/null 2>&1; then
                say isolation 0 failed "a pod outside of the domain reaches it by TCP"
            else
                say isolation 0 ok "a pod outside of the domain does not reach it"
            fi
        done
        ;;
esac
