# Ends what flow-start.sh began; prints echoes sent and answered, the exit code of the connection's end, lines sent and
# lines that came back.
touch /tmp/flow.end
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    [ ! -e /tmp/flow.done ] || break
    sleep 1
done
kill -INT "$(cat /tmp/flow.pid)"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q transmitted /tmp/flow.ping && break
    sleep 0.2
done
sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' /tmp/flow.ping
cat /tmp/flow.done
cat /tmp/flow.sent
busybox seq 1 "$(cat /tmp/flow.sent)" | busybox cmp -s - /tmp/flow.back && wc -l </tmp/flow.back
