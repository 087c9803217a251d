#include "collectors/host/conntrack.h"

#include <memory>

#include "collectors/host/factories.h"
#include "collectors/host/hex_table.h"
#include "collectors/host/number_file.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kEntries{"node_nf_conntrack_entries", "Connections tracked.",
                              MetricType::Gauge};
constexpr MetricInfo kLimit{"node_nf_conntrack_entries_limit", "Connections that can be tracked.",
                            MetricType::Gauge};

struct Column {
  std::size_t index;
  MetricInfo info;
};

// By place in the table, whose first line names the columns.
constexpr Column kColumns[] = {
    {2, {"node_nf_conntrack_stat_found", "Lookups that found an entry.", MetricType::Gauge}},
    {4,
     {"node_nf_conntrack_stat_invalid", "Packets that could not be tracked.", MetricType::Gauge}},
    {5,
     {"node_nf_conntrack_stat_ignore", "Packets of entries that are there already.",
      MetricType::Gauge}},
    {8, {"node_nf_conntrack_stat_insert", "Entries put in.", MetricType::Gauge}},
    {9,
     {"node_nf_conntrack_stat_insert_failed", "Entries that could not be put in.",
      MetricType::Gauge}},
    {10,
     {"node_nf_conntrack_stat_drop", "Packets dropped because tracking failed.",
      MetricType::Gauge}},
    {11, {"node_nf_conntrack_stat_early_drop", "Entries dropped to make room.", MetricType::Gauge}},
    {16,
     {"node_nf_conntrack_stat_search_restart", "Lookups begun anew because the table was resized.",
      MetricType::Gauge}},
};

class ConntrackCollector final : public Collector {
 public:
  explicit ConntrackCollector(const FactoryInput& input)
      : entries_(input.context.paths.in_proc("sys/net/netfilter/nf_conntrack_count")),
        limit_(input.context.paths.in_proc("sys/net/netfilter/nf_conntrack_max")),
        statistics_(input.context.paths.in_proc("net/stat/nf_conntrack")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto entries = read_number(entries_);
    if (!entries) return entries.error();
    const auto limit = read_number(limit_);
    if (!limit) return limit.error();
    out.sample(kEntries, double(*entries));
    out.sample(kLimit, double(*limit));
    const auto content = statistics_.read();
    if (!content) return {};  // A kernel may be built without the table.
    const std::size_t header_end = content->find('\n');
    if (header_end == std::string_view::npos) return {};
    const auto rows = parse_hex_rows(content->substr(header_end + 1));
    if (!rows) return Error(rows.error()).in(statistics_.path());
    for (const Column& column : kColumns) {
      double sum = 0;
      for (const HexRow& row : *rows)
        if (column.index < row.size()) sum += double(row[column.index]);
      out.sample(column.info, sum);
    }
    return {};
  }

 private:
  ProcFile entries_;
  ProcFile limit_;
  ProcFile statistics_;
};

}  // namespace

std::unique_ptr<Collector> make_conntrack(const FactoryInput& input) {
  return std::make_unique<ConntrackCollector>(input);
}

}  // namespace lapwing::collectors::host
