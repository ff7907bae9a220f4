//! Describes the process that holds a lock. Used by both kinds of lock.

/// This process, for the message of another one that waits.
pub(super) fn this_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    let id = std::process::id();
    match host.as_deref().map(str::trim) {
        Some(host) if !host.is_empty() => format!("process {id} on {host}"),
        _ => format!("process {id}"),
    }
}
