// Records of the Store: a RecordLog a kind, written by the store's thread beside the journal.
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "agent/tsdb/store.h"

namespace lapwing::tsdb {
namespace {

constexpr std::size_t kKindLimit = 16;
constexpr std::size_t kKindBytes = 32;

bool is_kind(std::string_view kind) {
  return !kind.empty() && kind.size() <= kKindBytes &&
         std::all_of(kind.begin(), kind.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

}  // namespace

// Null for a kind that cannot be, or one too many.
RecordLog* Store::record_log(std::string_view kind) {
  const std::lock_guard lock(records_mutex_);
  if (const auto known = records_.find(kind); known != records_.end()) return known->second.get();
  if (!is_kind(kind) || records_.size() >= kKindLimit) return nullptr;
  auto log = std::make_unique<RecordLog>(folder_.records() + "/" + std::string(kind),
                                         options_.records_limit_bytes);
  return records_.emplace(kind, std::move(log)).first->second.get();
}

void Store::find_records() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.records(), ignored)) {
    RecordLog* const log = record_log(entry.path().filename().string());
    if (log == nullptr) continue;
    if (auto listed = log->list(); !listed) log_.error("store: {}", listed.error().message);
  }
}

void Store::append(std::string_view kind, Timestamp time, std::string_view bytes) {
  RecordLog* const log = record_log(kind);
  if (log == nullptr || !log->append(time, bytes)) metrics_.records_refused.add();
}

Result<std::vector<Record>> Store::read(std::string_view kind, TimeRange range,
                                        std::size_t limit) const {
  const RecordLog* log = nullptr;
  {
    const std::lock_guard lock(records_mutex_);
    const auto known = records_.find(kind);
    if (known == records_.end()) return std::vector<Record>();
    log = known->second.get();
  }
  return log->read(range, limit);
}

Result<void> Store::write_records() {
  std::vector<RecordLog*> logs;
  {
    const std::lock_guard lock(records_mutex_);
    for (const auto& [kind, log] : records_) logs.push_back(log.get());
  }
  for (RecordLog* const log : logs) {
    const auto written = log->write();
    if (!written) return written.error();
    metrics_.written_records.add(double(*written));
  }
  return {};
}

}  // namespace lapwing::tsdb
