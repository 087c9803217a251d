// nfs: what the NFS client did, from /proc/net/rpc/nfs (net/sunrpc/stats.c and fs/nfs/nfs[234]xdr.c
// of the kernel).
#pragma once

#include <span>
#include <string_view>

namespace lapwing::collectors::host {

/// The names of the procedures of a line such as "proc3", by their numbers, as node_exporter
/// writes them; empty for another line.
std::span<const std::string_view> nfs_procedures(std::string_view line);

}  // namespace lapwing::collectors::host
