# What of a pod's attachment is made anew when somebody touches it: the interface's number and its room's end's, its
# hardware address, and the pod's network namespace.
#   footing.sh INTERFACE
cd "/sys/class/net/$1" && cat ifindex iflink address && busybox readlink /proc/self/ns/net
