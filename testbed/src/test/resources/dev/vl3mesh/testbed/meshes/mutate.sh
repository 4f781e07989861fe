# Takes the rules of a domain's table in a pod away, one by one, and looks what gets through without. Runs on the pod's
# node. Prints a line for each rule: <chain>: <rule> | <what was seen with it> | <what was seen without it>
#   mutate.sh INTERFACE POD4 POD6 ETH0 OTHER4 OTHER6 PEER4 NEIGHBOUR ROOM
# POD4, POD6 and ETH0 are the addresses of the pod, whose sidecar has the domain's slot 0; OTHER4 and OTHER6 those of
# another pod in the domain, under STRICT; PEER4 of one on this node; NEIGHBOUR is one beside the domain; ROOM is the
# namespace of the domain on this node.
interface=$1 pod4=$2 pod6=$3 eth0=$4 other4=$5 other6=$6 peer4=$7 neighbour=$8 room=$9
app=65534 own=1338 others=1339 cluster=1337
pod_eth6=2001:db8:77::2 node_eth6=2001:db8:77::1

process_of() {
    for process in $(pgrep -x envoy); do
        if tr '\0' '\n' <"/proc/$process/environ" | grep -qx "INSTANCE_IP=$1"; then
            echo "$process"
            return
        fi
    done
}
pod=$(process_of "$pod4")
peer=$(process_of "$peer4")

in_pod() {
    nsenter -n -t "$pod" "$@"
}
as() { # USER COMMAND...: in the pod
    user=$1
    shift
    in_pod setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}
web='curl -g -s -m 1 -o /dev/null -w %{http_code}/%{exitcode}'
udp() { # what comes of a datagram: that of the application, an error, or nothing
    answer=$(echo hello | "$@" 2>&1)
    case "$answer" in
        hello) echo answered ;;
        *refused*) echo refused ;;
        *permitted*) echo "not permitted" ;;
        *) echo "nothing" ;;
    esac
}
arrives() { # FAMILY COMMAND...: whether a datagram that the command sends comes in at the pod's port 7777
    heard=$(mktemp)
    in_pod timeout 1 socat -u "UDP$1-RECV:7777" - >"$heard" &
    sleep 0.2
    shift
    echo hello | "$@" >/dev/null 2>&1
    wait
    grep -q hello "$heard" && echo arrives || echo "does not arrive"
    rm -f "$heard"
}
leaves() { # INTERFACE COMMAND...: whether the pod passes on, by this interface, what the command sends to port 7778
    in_pod sysctl -qw net.ipv4.ip_forward=1
    in_pod nft "add table inet watch; add chain inet watch out { type filter hook postrouting priority 0; };
        add rule inet watch out oifname $1 udp dport 7778 counter"
    shift
    echo hello | "$@" >/dev/null 2>&1
    sleep 0.2
    in_pod nft list table inet watch | grep -q 'packets 0 ' && echo "does not leave" || echo leaves
    in_pod nft delete table inet watch
    in_pod sysctl -qw net.ipv4.ip_forward=0
}
beside_istio() { # what it is like when the cluster's own Istio captures, too: nobody listens at port 9
    in_pod nft "add table inet istio
        add chain inet istio out { type nat hook output priority -100; }
        add chain inet istio in { type nat hook prerouting priority -100; }
        add rule inet istio out meta skuid != $cluster oifname != lo meta l4proto tcp redirect to :9
        add rule inet istio in iifname eth0 meta l4proto tcp redirect to :9"
    "$@"
    in_pod nft delete table inet istio
}
at_room() { # ADDRESS COMMAND...: with a route to an address that leads to the pod from the domain's side
    address=$1
    shift
    port=$(ip netns exec "$room" ip route get "$pod4" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
    link=$(ip netns exec "$room" ip neigh show "$pod4" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p')
    ip netns exec "$room" ip route replace "$address" dev "$port"
    ip netns exec "$room" ip neigh replace "$address" lladdr "$link" dev "$port"
    "$@"
    ip netns exec "$room" ip neigh del "$address" dev "$port"
    ip netns exec "$room" ip route del "$address" dev "$port"
}
by_node() { # ADDRESS VIA COMMAND...: with a route to an address on the node that leads by the pod's eth0
    ip route replace "$1" via "$2" dev cni0
    address=$1
    shift 2
    "$@"
    ip route del "$address" dev cni0
}

probe() { # "CHAIN: RULE"
    case "$1" in
        # the sidecar's own connections are not for the cluster's Istio
        "out: meta skuid $own oifname != \"lo\" meta l4proto tcp dnat ip "*)
            beside_istio as $own $web "http://$other4:8080" ;;
        "out: meta skuid $own oifname != \"lo\" meta l4proto tcp dnat ip6 "*)
            beside_istio as $own $web "http://[$other6]:8080" ;;
        # what it hands to the application does not come back to it
        "out: oifname \"lo\" ip saddr 127.0.0.6 return") as $own $web --interface 127.0.0.6 "http://$pod4:8080" ;;
        "out: oifname \"lo\" ip6 saddr ::6 return") as $own $web --interface ::6 "http://[$pod6]:8080" ;;
        # what it sends to its own pod comes in as anybody's: without a certificate it is refused
        "out: oifname \"lo\" meta skuid $own ip daddr @self4 "*) as $own $web "http://$pod4:8080" ;;
        "out: oifname \"lo\" meta skuid $own ip6 daddr @self6 "*) as $own $web "http://[$pod6]:8080" ;;
        # the application speaks to itself without the mesh
        "out: oifname \"lo\" return") as $app $web%header{server} "http://$pod4:8080/debug" ;;
        # and to the domain by the mesh only
        "out: ip daddr "*" redirect to :15101") as $app $web "http://$other4:8080" ;;
        "out: ip6 daddr "*" redirect to :15101") as $app $web "http://[$other6]:8080" ;;
        # who comes without a certificate is refused
        "pre: iifname \"$interface\" meta l4proto tcp redirect to :15106")
            nsenter -n -t "$peer" setpriv --reuid $own --regid $own --clear-groups $web "http://$pod4:8080" ;;
        # the kubelet reaches the sidecar's health beside the cluster's Istio
        "pre: tcp dport 15120-15190 dnat ip to ip daddr") beside_istio $web "http://$eth0:15120/healthz/ready" ;;
        "pre: tcp dport 15120-15190 dnat ip6 to ip6 daddr")
            beside_istio $web "http://[$pod_eth6]:15120/healthz/ready" ;;
        # the cluster's Istio may ask for names, and other sidecars nothing
        "egress: meta skuid $cluster oifname \"$interface\" udp dport 53-53 accept")
            udp as $cluster socat -t 1 - "UDP4:$other4:53" ;;
        "egress: meta skuid @proxies meta skuid != $own oifname \"$interface\" drop")
            udp as $cluster socat -t 1 - "UDP4:$other4:8078" ;;
        # the sidecar opens nothing to the cluster
        "egress: meta skuid $own oifname != @own tcp flags "*) as $own $web "http://$neighbour:8080" ;;
        "egress: meta skuid $own oifname != @own meta l4proto udp drop")
            udp as $own socat -t 1 - "UDP4:$neighbour:8078" ;;
        # other sidecars reach neither the pod's place in the domain nor the sidecar
        "egress: oifname \"lo\" meta skuid @proxies meta skuid != $own ip daddr @self4 "*)
            as $others $web "http://$pod4:8080" ;;
        "egress: oifname \"lo\" meta skuid @proxies meta skuid != $own ip6 daddr @self6 "*)
            as $others $web "http://[$pod6]:8080" ;;
        "egress: oifname \"lo\" meta skuid @proxies meta skuid != $own tcp dport 15100-15190 "*)
            as $others $web "http://127.0.0.1:15100/ready" ;;
        # nor the sidecar that of the cluster's Istio, for which a program stands here
        "egress: oifname \"lo\" meta skuid $own tcp dport 15000-15099 "*)
            in_pod timeout 2 socat TCP4-LISTEN:15000,bind=127.0.0.1,reuseaddr \
                SYSTEM:'echo HTTP/1.0 200; echo' >/dev/null 2>&1 &
            sleep 0.2
            as $own $web --http0.9 "http://127.0.0.1:15000"
            wait ;;
        # from the domain nobody comes to the pod's other addresses
        "guard: iifname \"$interface\" ip daddr != @self4 "*)
            at_room "$eth0" arrives 4 ip netns exec "$room" socat -u - "UDP4:$eth0:7777" ;;
        "guard: iifname \"$interface\" ip6 daddr != @self6 "*)
            at_room "$pod_eth6" arrives 6 ip netns exec "$room" socat -u - "UDP6:[$pod_eth6]:7777" ;;
        # nor from elsewhere to its address in the domain
        "guard: iifname != @own ip daddr @self4 "*) by_node "$pod4" "$eth0" $web "http://$pod4:8080" ;;
        "guard: iifname != @own ip6 daddr @self6 "*)
            by_node "$pod6" "$pod_eth6" $web --interface "$node_eth6" "http://[$pod6]:8080" ;;
        # the sidecar's ports are not there for the domain
        "guard: iifname \"$interface\" tcp dport 15000-16099 "*)
            nsenter -n -t "$peer" setpriv --reuid $own --regid $own --clear-groups $web "http://$pod4:15120" ;;
        # the pod is no router, in either direction
        "forward: iifname \"$interface\" "*)
            in_pod nft flush chain inet "$interface" guard # which lets nothing come that far
            at_room "$neighbour" leaves eth0 ip netns exec "$room" socat -u - "UDP4:$neighbour:7778" ;;
        "forward: oifname \"$interface\" "*)
            by_node "$other4" "$eth0" leaves "$interface" socat -u - "UDP4:$other4:7778" ;;
        *) echo "no probe" ;;
    esac
}

in_pod ip address add "$pod_eth6/64" dev eth0 nodad
ip address add "$node_eth6/64" dev cni0 nodad
table=$(in_pod nft list table inet "$interface")
restore() {
    printf 'delete table inet %s\n%s\n' "$interface" "$table" | in_pod nft -f -
}
in_pod nft -a list table inet "$interface" | sed -n 's/^\tchain \([a-z]*\) {.*/chain \1/p
    /# handle/ { /^\t\t/ s/^\t\t//p }' | while read -r line; do
    case "$line" in
        "chain "*) chain=${line#chain } ;;
        type\ * | *"{ # handle"*) ;;
        *)
            rule=${line%% # handle*}
            with=$(probe "$chain: $rule" </dev/null)
            restore
            handle=$(in_pod nft -a list chain inet "$interface" "$chain" | grep -F "$rule # handle" | sed 's/.*# handle //')
            in_pod nft delete rule inet "$interface" "$chain" handle "$handle"
            without=$(probe "$chain: $rule" </dev/null)
            restore
            echo "$chain: $rule | $with | $without"
            ;;
    esac
done
in_pod ip address del "$pod_eth6/64" dev eth0
ip address del "$node_eth6/64" dev cni0
