# Asks all at once, and prints a line for each: its number, and what was answered, or nothing.
#   ask.sh "http|tcp|grpc|udp|icmp 4|6 HOST PORT [HOST-HEADER]"...
# By gRPC a name is asked in whichever family its resolver likes.
ask() {
    case $1 in
        http)
            answer=$(curl -sg "-$2" -m 4 -w 'status=%{http_code}' ${5:+-H "Host: $5"} "http://$3:$4/debug")
            echo "$answer" | sed -n -e 's/.*\(By=[^;,]*\).*\(URI=[^;, ]*\).*/\1 \2/p' -e 's/.*\(status=.*\)/\1/p'
            ;;
        tcp) (echo hello; sleep 1) | socat -t 1 - "TCP$2:$3:$4,connect-timeout=3" ;;
        grpc) timeout 4 fortio grpcping -n 1 "$3:$4" 2>/dev/null | grep -o 'RTT' ;;
        udp) echo hello | socat -t 2 - "UDP$2:$3:$4" ;;
        icmp) ping "-$2" -n -q -c 1 -W 3 "$(echo "$3" | tr -d '[]')" | grep -o '1 received' ;;
    esac 2>/dev/null
}
number=0
for question; do
    # shellcheck disable=SC2086 # its words
    (answer=$(ask $question | tr '\n' ' '); echo "$number $answer") &
    number=$((number + 1))
done
wait
