#!/bin/bash
# A lab node: a small machine of its own network, mount, UTS, IPC, PID and cgroup namespaces, in which every path is the default one.
# Killing its pid 1 is a power cut.
#
#   node.sh start FILE   on the host: enters the node's cgroup and network namespace and becomes the machine
#   node.sh init FILE    inside: makes the root file system, then runs the node's programs for ever
#
# FILE sets: LAB NODE NETNS STATE PEERS CONTROL_PLANE(yes|no)
set -eu
self=$(readlink -f "$0")
# shellcheck source=/dev/null
. "$2"

start() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mkdir -p "/sys/fs/cgroup/$LAB-$NODE"
        echo $$ >"/sys/fs/cgroup/$LAB-$NODE/cgroup.procs"
    else
        for controller in cpu cpuacct cpuset memory devices freezer blkio pids systemd; do
            [ -d "/sys/fs/cgroup/$controller" ] || continue
            group=/sys/fs/cgroup/$controller/$LAB-$NODE
            mkdir -p "$group"
            if [ "$controller" = cpuset ]; then # an empty cpuset takes no process
                cat /sys/fs/cgroup/cpuset/cpuset.cpus >"$group/cpuset.cpus"
                cat /sys/fs/cgroup/cpuset/cpuset.mems >"$group/cpuset.mems"
            fi
            echo $$ >"$group/cgroup.procs"
        done
    fi
    exec setsid nsenter "--net=/run/netns/$NETNS" \
        unshare --mount --uts --ipc --pid --cgroup --fork --kill-child bash "$self" init "$1"
}

make_root() {
    root=$STATE/root
    mkdir -p "$root"
    mount --make-rprivate /
    mount -t tmpfs -o mode=755,size=1g tmpfs "$root"
    cd "$root"
    mkdir -p usr etc proc sys dev run tmp old opt/peers opt/cni/bin var/log etc/kubernetes
    chmod 1777 tmp
    for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$dir"; done
    ln -s /run var/run
    mount --bind /usr usr
    mount -o remount,bind,ro usr
    mount --bind "$PEERS" opt/peers
    # the node's disk: what a power cut leaves
    for dir in kubelet containerd cni etcd vl3mesh; do
        mkdir -p "$STATE/var/$dir" "var/lib/$dir"
        mount --bind "$STATE/var/$dir" "var/lib/$dir"
    done
    mkdir -p "$STATE/log"
    mount --bind "$STATE/log" var/log
    cp -r "$STATE/etc/." etc/
    cp "$PEERS"/cni/* opt/cni/bin/
    mount --rbind /dev dev
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    make_cgroups
    protect_sysctls
    mkdir -p run/netns run/hold run/pid
    pivot_root . old
    umount -l /old
    rmdir /old
    mount --make-rshared /
    hostname "$NODE"
}

make_cgroups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mount -t cgroup2 cgroup2 sys/fs/cgroup
        return
    fi
    mount -t tmpfs tmpfs sys/fs/cgroup
    for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
        [ -d "/sys/fs/cgroup/$controller" ] || continue
        mkdir "sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "sys/fs/cgroup/$controller"
    done
    mkdir sys/fs/cgroup/systemd # without it containerd logs an error for each container
    mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
}

# The kubelet writes three sysctls of the whole host. Here it reads the values it wants and writes nothing; net is the node's own.
protect_sysctls() {
    mount --bind proc/sys proc/sys
    mount -o remount,bind,ro proc/sys
    mount --bind /proc/sys/net proc/sys/net 2>/dev/null || true
    mount --bind proc/sys/net proc/sys/net
    mount -o remount,bind,rw proc/sys/net
    for pair in vm/overcommit_memory=1 kernel/panic=10 kernel/panic_on_oops=1; do
        file=run/sysctl-$(basename "${pair%=*}")
        echo "${pair#*=}" >"$file"
        mount --bind "$file" "proc/sys/${pair%=*}"
    done
}

# Runs a program for ever; it stays away while /run/hold/NAME exists.
supervise() {
    name=$1
    shift
    (
        while :; do
            while [ -e "/run/hold/$name" ]; do sleep 0.1; done
            "$@" >>"/var/log/$name.log" 2>&1 &
            echo $! >"/run/pid/$name"
            wait $! || true
            sleep 0.3
        done
    ) &
}

kube() {
    program=$1
    shift
    supervise "$program" /opt/peers/bin/kube "$program" "$@"
}

run_control_plane() {
    supervise etcd /opt/peers/bin/kube etcd --name node --data-dir /var/lib/etcd --unsafe-no-fsync --log-level error
    # shellcheck disable=SC2046
    kube kube-apiserver $(cat /etc/kubernetes/apiserver.flags)
    # shellcheck disable=SC2046
    kube kube-controller-manager $(cat /etc/kubernetes/controller-manager.flags)
    kube kube-scheduler --kubeconfig=/etc/kubernetes/scheduler.kubeconfig --leader-elect=false
}

init() {
    make_root
    export PATH=/opt/peers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
    ip link set lo up
    sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    # GOGC trades a little CPU for a third of the control plane's memory.
    export GOGC=50
    if [ "$CONTROL_PLANE" = yes ]; then run_control_plane; fi
    supervise containerd /opt/peers/bin/containerd --config /etc/containerd/config.toml
    kube kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.kubeconfig \
        "--hostname-override=$NODE" "--node-ip=$NODE_IP" "--node-labels=topology.kubernetes.io/region=$REGION,topology.kubernetes.io/zone=$REGION-1"
    kube kube-proxy --config=/etc/kubernetes/kube-proxy.yaml
    while :; do
        sleep 3600 &
        wait $! || true
    done
}

case $1 in
    start) start "$2" ;;
    init) init ;;
    *) echo "usage: node.sh start|init FILE" >&2; exit 2 ;;
esac
