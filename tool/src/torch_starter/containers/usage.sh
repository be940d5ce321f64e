# Prints what containers/usage.py reads. The first word is the folder in which all of it begins: empty but for tests.
unset OMP_NUM_THREADS OMP_THREAD_LIMIT # which nproc would believe
show() { for file; do if [ -r "$file" ]; then printf '=== %s\n' "${file##*/}"; cat "$file"; fi; done; }
less_us() { if read -r count <"$1"; then printf '=== pids.current\n%s\n' $((count - 1)); fi; }
show "$1/proc/uptime" "$1/proc/net/dev"
printf '=== nproc\n'; nproc
if [ -d "$1/dev/shm" ]; then printf '=== shm\n'; df -Pk "$1/dev/shm"; fi
own=$(sed -n 's/^0:://p' "$1/proc/self/cgroup")
top=$1/sys/fs/cgroup$own
[ -e "$top/memory.current" ] || top=$1/sys/fs/cgroup # where a container sees its own group alone
cd "$top" || exit
if [ -e memory.current ]; then
  show cpu.max cpu.stat memory.current memory.max memory.stat memory.events pids.max io.stat
  less_us pids.current
else
  show cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.stat cpuacct/cpuacct.usage memory/memory.usage_in_bytes \
    memory/memory.limit_in_bytes memory/memory.stat memory/memory.oom_control pids/pids.max \
    blkio/blkio.throttle.io_service_bytes_recursive
  less_us pids/pids.current
fi
