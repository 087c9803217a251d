#include "agent/tsdb/record_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/checksum.h"

namespace lapwing::tsdb {
namespace {

constexpr std::string_view kMagic = "\xF7LWR";
constexpr std::size_t kHeaderBytes = 20;  // magic, checksum, time, length
constexpr std::size_t kFileLimitBytes = 1u << 30;

std::string segment_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < 10 ? 10 - digits.size() : 0, '0') + digits + ".rec";
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return unavailable(system_error("writing records", errno).message);
    bytes.remove_prefix(std::size_t(wrote));
  }
  return {};
}

}  // namespace

std::string encode_record(Timestamp time, std::string_view bytes) {
  std::string checked;
  put_fixed(checked, to_millis(time));
  put_fixed(checked, std::uint32_t(bytes.size()));
  checked += bytes;
  std::string entry(kMagic);
  put_fixed(entry, crc32c(checked));
  return entry + checked;
}

std::vector<Record> decode_records(std::string_view content) {
  std::vector<Record> records;
  std::size_t at = content.find(kMagic);
  while (at != std::string_view::npos && content.size() - at >= kHeaderBytes) {
    ByteReader reader(content.substr(at + kMagic.size()));
    const auto checksum = reader.fixed<std::uint32_t>();
    const auto time = reader.fixed<std::int64_t>();
    const auto size = reader.fixed<std::uint32_t>();
    const std::size_t checked = at + 8;
    const bool whole = size <= RecordLog::kRecordLimitBytes && size <= reader.left();
    if (whole && crc32c(content.substr(checked, 12 + size)) == checksum) {
      records.push_back({from_millis(time), std::string(content.substr(at + kHeaderBytes, size))});
      at = content.find(kMagic, at + kHeaderBytes + size);
    } else {
      at = content.find(kMagic, at + 1);
    }
  }
  return records;
}

RecordLog::RecordLog(std::string folder, std::uint64_t limit_bytes)
    : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

bool RecordLog::append(Timestamp time, std::string_view bytes) {
  if (bytes.size() > kRecordLimitBytes) return false;
  const std::lock_guard lock(mutex_);
  pending_.push_back({time, std::string(bytes)});
  pending_bytes_ += bytes.size();
  bool all = true;
  while (pending_bytes_ > kPendingLimitBytes) {
    pending_bytes_ -= pending_.front().bytes.size();
    pending_.pop_front();
    ++taken_;
    all = false;
  }
  return all;
}

Result<void> RecordLog::list() {
  std::vector<Segment> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    Segment segment{.path = entry.path().string()};
    const auto [end, wrong] =
        std::from_chars(name.data(), name.data() + name.size(), segment.number);
    if (wrong != std::errc() || std::string_view(end) != ".rec") continue;
    std::error_code ignored;
    segment.bytes = std::filesystem::file_size(entry.path(), ignored);
    if (!ignored) found.push_back(std::move(segment));
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return unavailable("listing " + folder_ + ": " + error.message());
  std::sort(found.begin(), found.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  const std::lock_guard lock(mutex_);
  segments_ = std::move(found);
  listed_ = true;
  return {};
}

// A new file for each run of the agent, so that nothing is written behind a torn end.
Result<void> RecordLog::roll() {
  if (auto made = make_directories(folder_); !made) return unavailable(made.error().message);
  const std::uint64_t number = segments_.empty() ? 1 : segments_.back().number + 1;
  Segment segment{.path = folder_ + "/" + segment_name(number), .number = number};
  file_ = UniqueFd(
      ::open(segment.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644));
  if (!file_) return unavailable(system_error("making " + segment.path, errno).message);
  const std::lock_guard lock(mutex_);
  segments_.push_back(std::move(segment));
  return {};
}

void RecordLog::make_room() {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  for (const Segment& segment : segments_) all += segment.bytes;
  while (all > limit_bytes_ && segments_.size() > 1) {
    ::unlink(segments_.front().path.c_str());
    all -= segments_.front().bytes;
    segments_.erase(segments_.begin());
  }
}

Result<std::uint64_t> RecordLog::write() {
  if (!listed_)
    if (auto listed = list(); !listed) return std::move(listed).error();
  std::string bytes;
  std::size_t count = 0;
  std::uint64_t written = 0;
  {
    const std::lock_guard lock(mutex_);
    for (const Record& record : pending_) bytes += encode_record(record.time, record.bytes);
    count = pending_.size();
    written = taken_ + count;
  }
  if (count == 0) return std::uint64_t(0);
  if (!file_ || segments_.back().bytes >= limit_bytes_ / kFiles)
    if (auto rolled = roll(); !rolled) return std::move(rolled).error();
  if (auto wrote = write_all(file_.get(), bytes); !wrote) {
    file_.reset();  // What is half written is behind us: the next try begins a file of its own.
    return std::move(wrote).error();
  }
  {
    const std::lock_guard lock(mutex_);
    segments_.back().bytes += bytes.size();
    for (; taken_ < written; ++taken_) {
      pending_bytes_ -= pending_.front().bytes.size();
      pending_.pop_front();
    }
  }
  make_room();
  return std::uint64_t(bytes.size());
}

Result<std::vector<Record>> RecordLog::read(TimeRange range, std::size_t limit) const {
  std::vector<Segment> segments;
  std::vector<Record> pending;
  {
    const std::lock_guard lock(mutex_);
    segments = segments_;
    pending.assign(pending_.begin(), pending_.end());
  }
  std::vector<Record> found;
  const auto take = [&](std::vector<Record> records) {
    for (Record& record : records)
      if (record.time >= range.from && record.time <= range.to) found.push_back(std::move(record));
  };
  // The newest first, until there are enough. A file that goes meanwhile has made room.
  take(std::move(pending));
  for (auto segment = segments.rbegin(); segment != segments.rend() && found.size() < limit;
       ++segment) {
    const auto content = read_file(segment->path, kFileLimitBytes);
    if (content)
      take(decode_records(*content));
    else if (content.error().kind != ErrorKind::NoData)
      return unavailable(content.error().message);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Record& a, const Record& b) { return a.time < b.time; });
  // Between the copy of what was pending and the read it may have been written.
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Record& a, const Record& b) {
                            return a.time == b.time && a.bytes == b.bytes;
                          }),
              found.end());
  if (found.size() > limit) found.erase(found.begin(), found.end() - std::ptrdiff_t(limit));
  return found;
}

std::uint64_t RecordLog::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  for (const Segment& segment : segments_) all += segment.bytes;
  return all;
}

}  // namespace lapwing::tsdb
