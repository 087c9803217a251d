// nfsd: what the NFS server did, from /proc/net/rpc/nfsd (nfsd(7), fs/nfsd/stats.c of the kernel).
#include <memory>
#include <string>
#include <utility>

#include "collectors/host/counter_lines.h"
#include "collectors/host/factories.h"
#include "collectors/host/nfs.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter};
}

constexpr MetricInfo kPackets{
    "node_nfsd_packets_total", "Packets of the NFS server.", MetricType::Counter, {"proto"}};
constexpr MetricInfo kErrors{
    "node_nfsd_rpc_errors_total", "Calls that were wrong.", MetricType::Counter, {"error"}};
constexpr MetricInfo kRequests{"node_nfsd_requests_total",
                               "Calls of the procedure.",
                               MetricType::Counter,
                               {"method", "proto"}};
constexpr MetricInfo kThreads{"node_nfsd_server_threads", "Threads of the NFS server.",
                              MetricType::Gauge};
constexpr MetricInfo kReadAheadSize{"node_nfsd_read_ahead_cache_size_blocks",
                                    "Size of the read-ahead cache.", MetricType::Gauge};

struct Place {
  std::string_view line;
  std::size_t number;  // of the line's numbers
  MetricInfo info;
};

constexpr Place kPlaces[] = {
    {"rc", 0, counter("node_nfsd_reply_cache_hits_total", "Calls answered from the reply cache.")},
    {"rc", 1, counter("node_nfsd_reply_cache_misses_total", "Calls that had to be carried out.")},
    {"rc", 2, counter("node_nfsd_reply_cache_nocache_total", "Calls that are never cached.")},
    {"fh", 0, counter("node_nfsd_file_handles_stale_total", "Calls with stale file handles.")},
    {"io", 0, counter("node_nfsd_disk_bytes_read_total", "Bytes that clients read.")},
    {"io", 1, counter("node_nfsd_disk_bytes_written_total", "Bytes that clients wrote.")},
    {"th", 0, kThreads},
    {"ra", 0, kReadAheadSize},
    {"ra", 11,
     counter("node_nfsd_read_ahead_cache_not_found_total", "Misses of the read-ahead cache.")},
    {"net", 3, counter("node_nfsd_connections_total", "TCP connections of clients.")},
    {"rpc", 0, counter("node_nfsd_server_rpcs_total", "Calls of clients.")},
};

// node_exporter leaves some out, and the procedure that does nothing.
constexpr std::string_view kVersion4[] = {"",
                                          "",
                                          "",
                                          "Access",
                                          "Close",
                                          "Commit",
                                          "Create",
                                          "DelegPurge",
                                          "DelegReturn",
                                          "GetAttr",
                                          "GetFH",
                                          "Link",
                                          "Lock",
                                          "Lockt",
                                          "Locku",
                                          "Lookup",
                                          "LookupRoot",
                                          "Nverify",
                                          "Open",
                                          "OpenAttr",
                                          "OpenConfirm",
                                          "OpenDgrd",
                                          "PutFH",
                                          "",
                                          "",
                                          "Read",
                                          "ReadDir",
                                          "ReadLink",
                                          "Remove",
                                          "Rename",
                                          "Renew",
                                          "RestoreFH",
                                          "SaveFH",
                                          "SecInfo",
                                          "SetAttr",
                                          "SetClientID",
                                          "SetClientIDConfirm",
                                          "Verify",
                                          "Write",
                                          "RelLockOwner"};

void write_line(const CounterLine& line, MetricWriter& out) {
  for (const Place& place : kPlaces)
    if (place.line == line.name && place.number < line.numbers.size())
      out.sample(place.info, double(line.numbers[place.number]));
  if (line.name == "net" && line.numbers.size() >= 3) {
    out.sample(kPackets, {"udp"}, double(line.numbers[1]));
    out.sample(kPackets, {"tcp"}, double(line.numbers[2]));
  } else if (line.name == "rpc" && line.numbers.size() >= 5) {
    out.sample(kErrors, {"fmt"}, double(line.numbers[2]));
    out.sample(kErrors, {"auth"}, double(line.numbers[3]));
    out.sample(kErrors, {"cInt"}, double(line.numbers[4]));
  } else if (line.name.starts_with("proc")) {
    // Version 4 has one procedure; its operations have a line of their own.
    const bool operations = line.name == "proc4ops";
    const auto names = operations             ? std::span<const std::string_view>(kVersion4)
                       : line.name == "proc4" ? std::span<const std::string_view>()
                                              : nfs_procedures(line.name);
    for (std::size_t i = 0; i < names.size() && i + 1 < line.numbers.size(); ++i)
      if (!names[i].empty() && names[i] != "Null")
        out.sample(kRequests, {names[i], line.name.substr(4, 1)}, double(line.numbers[i + 1]));
  } else if (line.name == "wdeleg_getattr" && !line.numbers.empty()) {
    out.sample(kRequests, {"WdelegGetattr", "4"}, double(line.numbers[0]));
  }
}

class NfsdCollector final : public Collector {
 public:
  explicit NfsdCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("net/rpc/nfsd")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto lines = parse_counter_lines(*content);
    if (!lines) return Error(lines.error()).in(file_.path());
    for (const CounterLine& line : *lines) write_line(line, out);
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_nfsd(const FactoryInput& input) {
  return std::make_unique<NfsdCollector>(input);
}

}  // namespace lapwing::collectors::host
