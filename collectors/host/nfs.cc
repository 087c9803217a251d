#include "collectors/host/nfs.h"

#include <memory>
#include <string>
#include <utility>

#include "collectors/host/counter_lines.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter};
}

constexpr MetricInfo kPackets{
    "node_nfs_packets_total", "Packets of the NFS client.", MetricType::Counter, {"protocol"}};
constexpr MetricInfo kConnections =
    counter("node_nfs_connections_total", "TCP connections that the NFS client made.");
constexpr MetricInfo kCalls = counter("node_nfs_rpcs_total", "Calls of the NFS client.");
constexpr MetricInfo kRetransmissions =
    counter("node_nfs_rpc_retransmissions_total", "Calls that the NFS client sent again.");
constexpr MetricInfo kRefreshes = counter("node_nfs_rpc_authentication_refreshes_total",
                                          "How often the NFS client proved anew who it is.");
constexpr MetricInfo kRequests{
    "node_nfs_requests_total", "Calls of the procedure.", MetricType::Counter, {"method", "proto"}};

constexpr std::string_view kVersion2[] = {
    "Null",   "GetAttr", "SetAttr", "Root", "Lookup",  "ReadLink", "Read",  "WrCache", "Write",
    "Create", "Remove",  "Rename",  "Link", "SymLink", "MkDir",    "RmDir", "ReadDir", "FsStat"};
constexpr std::string_view kVersion3[] = {
    "Null",    "GetAttr",     "SetAttr", "Lookup", "Access",   "ReadLink", "Read",   "Write",
    "Create",  "MkDir",       "SymLink", "MkNod",  "Remove",   "RmDir",    "Rename", "Link",
    "ReadDir", "ReadDirPlus", "FsStat",  "FsInfo", "PathConf", "Commit"};
constexpr std::string_view kVersion4[] = {"Null",
                                          "Read",
                                          "Write",
                                          "Commit",
                                          "Open",
                                          "OpenConfirm",
                                          "OpenNoattr",
                                          "OpenDowngrade",
                                          "Close",
                                          "Setattr",
                                          "FsInfo",
                                          "Renew",
                                          "SetClientID",
                                          "SetClientIDConfirm",
                                          "Lock",
                                          "Lockt",
                                          "Locku",
                                          "Access",
                                          "Getattr",
                                          "Lookup",
                                          "LookupRoot",
                                          "Remove",
                                          "Rename",
                                          "Link",
                                          "Symlink",
                                          "Create",
                                          "Pathconf",
                                          "StatFs",
                                          "ReadLink",
                                          "ReadDir",
                                          "ServerCaps",
                                          "DelegReturn",
                                          "GetACL",
                                          "SetACL",
                                          "FsLocations",
                                          "ReleaseLockowner",
                                          "Secinfo",
                                          "FsidPresent",
                                          "ExchangeID",
                                          "CreateSession",
                                          "DestroySession",
                                          "Sequence",
                                          "GetLeaseTime",
                                          "ReclaimComplete",
                                          "GetDeviceInfo",
                                          "LayoutGet",
                                          "LayoutCommit",
                                          "LayoutReturn",
                                          "SecinfoNoName",
                                          "TestStateID",
                                          "FreeStateID",
                                          "GetDeviceList",
                                          "BindConnToSession",
                                          "DestroyClientID",
                                          "Seek",
                                          "Allocate",
                                          "DeAllocate",
                                          "LayoutStats",
                                          "Clone"};

// Kernel and table may be of different ages: what only one of them has is left out.
void write_requests(const CounterLine& line, MetricWriter& out) {
  const auto names = nfs_procedures(line.name);
  const std::string_view version = line.name.substr(4);
  // The first number says how many follow.
  for (std::size_t i = 0; i < names.size() && i + 1 < line.numbers.size(); ++i)
    out.sample(kRequests, {names[i], version}, double(line.numbers[i + 1]));
}

class NfsCollector final : public Collector {
 public:
  explicit NfsCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("net/rpc/nfs")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto lines = parse_counter_lines(*content);
    if (!lines) return Error(lines.error()).in(file_.path());
    for (const CounterLine& line : *lines) {
      if (line.name == "net" && line.numbers.size() >= 4) {
        out.sample(kPackets, {"udp"}, double(line.numbers[1]));
        out.sample(kPackets, {"tcp"}, double(line.numbers[2]));
        out.sample(kConnections, double(line.numbers[3]));
      } else if (line.name == "rpc" && line.numbers.size() >= 3) {
        out.sample(kCalls, double(line.numbers[0]));
        out.sample(kRetransmissions, double(line.numbers[1]));
        out.sample(kRefreshes, double(line.numbers[2]));
      } else if (line.name.starts_with("proc")) {
        write_requests(line, out);
      }
    }
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

std::span<const std::string_view> nfs_procedures(std::string_view line) {
  if (line == "proc2") return kVersion2;
  if (line == "proc3") return kVersion3;
  if (line == "proc4") return kVersion4;
  return {};
}

std::unique_ptr<Collector> make_nfs(const FactoryInput& input) {
  return std::make_unique<NfsCollector>(input);
}

}  // namespace lapwing::collectors::host
