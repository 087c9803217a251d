#include "agent/tsdb/tier_files.h"

#include <algorithm>
#include <filesystem>

namespace lapwing::tsdb {

Result<void> TierFiles::list() {
  std::error_code error;
  std::vector<File> found;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error))
    if (const auto span = span_of_name(tier_, at->path().filename().string()))
      found.push_back(std::make_shared<ChunkFile>(at->path().string(), tier_, *span));
  if (error) return unavailable(system_error("reading " + folder_, error.value()).message);
  std::sort(found.begin(), found.end(),
            [](const File& a, const File& b) { return a->span().start < b->span().start; });
  const std::lock_guard lock(mutex_);
  files_ = std::move(found);
  return {};
}

std::vector<TierFiles::File> TierFiles::all() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

std::vector<TierFiles::File> TierFiles::in(TimeRange range) const {
  std::vector<File> found;
  const std::lock_guard lock(mutex_);
  for (const File& file : files_) {
    const TimeRange extent = file->extent();
    if (extent.from < extent.to && extent.from <= range.to && extent.to >= range.from)
      found.push_back(file);
  }
  return found;
}

TierFiles::File TierFiles::find(Timestamp time) const {
  const FileSpan span = span_of(tier_, time);
  const std::lock_guard lock(mutex_);
  for (const File& file : files_)
    if (file->span() == span) return file;
  return nullptr;
}

TierFiles::File TierFiles::get(Timestamp time) {
  if (File known = find(time)) return known;
  const FileSpan span = span_of(tier_, time);
  auto file = std::make_shared<ChunkFile>(folder_ + "/" + file_name(tier_, span), tier_, span);
  const std::lock_guard lock(mutex_);
  const auto at = std::find_if(files_.begin(), files_.end(),
                               [&](const File& other) { return other->span().start > span.start; });
  files_.insert(at, file);
  return file;
}

void TierFiles::remove(const File& file) {
  {
    const std::lock_guard lock(mutex_);
    std::erase(files_, file);
  }
  file->retire();
}

std::uint64_t TierFiles::bytes() const {
  std::uint64_t bytes = 0;
  for (const File& file : all()) bytes += file->bytes();
  return bytes;
}

std::vector<RetainedFile> TierFiles::retained(const std::vector<File>& files) {
  std::vector<RetainedFile> out;
  out.reserve(files.size());
  for (const File& file : files) out.push_back({file->span().end, file->bytes()});
  return out;
}

}  // namespace lapwing::tsdb
