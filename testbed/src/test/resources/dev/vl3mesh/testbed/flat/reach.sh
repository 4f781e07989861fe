# What a pod can do with another one's address; prints one line for each thing: WHAT RESULT.
#   reach.sh FAMILY ADDRESS MTU
family=$1 address=$2 mtu=$3
if [ "$family" = 4 ]; then headers=28 literal=$address; else headers=48 literal=[$address]; fi
work=/tmp/reach.$$
mkdir $work

icmp() { # WHAT BYTES MODE: sends packets of so many bytes until one is answered
    for wait in 1 2 4; do
        if ping -n -c 1 -W $wait -M "$3" -s $(($2 - headers)) "$address" >"$work/icmp" 2>&1; then
            echo "$1 answered"
            return
        fi
        if grep -q 'too long' "$work/icmp"; then # the system says so itself; nothing was sent
            echo "$1 refused"
            return
        fi
    done
    echo "$1 lost"
}

echoes() { # WHAT PROTOCOL BYTES: content must come back as it was sent
    busybox head -c "$3" /dev/urandom >"$work/$1"
    for wait in 0.3 1 3; do
        socat -b 65536 -t $wait - "$2$family:$literal:7007" <"$work/$1" >"$work/$1.back" 2>"$work/$1.err"
        if busybox cmp -s "$work/$1" "$work/$1.back"; then
            echo "$1 same"
            return
        fi
    done
    echo "$1 $(wc -c <"$work/$1.back") bytes of $3; $(tail -n 1 "$work/$1.err")"
}

seen() { # WHAT SOCAT_ADDRESS: whom the server sees
    for wait in 0.3 1 3; do
        who=$(echo hello | socat -t $wait - "$2" 2>"$work/seen" | head -n 1)
        [ -z "$who" ] || break
    done
    echo "$1 ${who:-nobody; $(tail -n 1 "$work/seen")}"
}

icmp small-icmp 100 do
icmp exact-fit-icmp "$mtu" do
icmp oversize-icmp $((mtu + 1)) do
icmp fragmented-icmp $((mtu * 3)) dont
echoes tcp TCP 1000000
echoes small-udp UDP 100
echoes exact-fit-udp UDP $((mtu - headers))
echoes fragmented-udp UDP $((mtu * 3))
seen tcp-source "TCP$family:$literal:7008"
seen udp-source "UDP$family:$literal:7008"
if [ "$(id -u)" = 0 ]; then
    seen protocol-132-source "IP$family-SENDTO:$literal:132"
    seen protocol-253-source "IP$family-SENDTO:$literal:253"
fi
rm -r "$work"
