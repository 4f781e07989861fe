# Tries addresses in every way, all at once, and prints those that are answered: ADDRESS icmp|tcp|udp
#   knock.sh ADDRESS...
knock() {
    case $1 in
        *:*) family=6 literal=[$1] ;;
        *) family=4 literal=$1 ;;
    esac
    if ping -n -q -c 2 -i 0.3 -W 2 "$1" >/dev/null 2>&1; then echo "$1 icmp"; fi &
    if socat -u "TCP$family:$literal:7008,connect-timeout=2" - 2>/dev/null | grep -q .; then echo "$1 tcp"; fi &
    if echo hello | socat -t 2 - "UDP$family:$literal:7008" 2>/dev/null | grep -q .; then echo "$1 udp"; fi &
}
for address; do knock "$address"; done
wait
