#include "collectors/scrape/discovery/file.h"

#include <fmt/core.h>
#include <glob.h>
#include <sys/stat.h>

#include <set>
#include <utility>

#include "agent/base/file.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::size_t kFileLimitBytes = 4u << 20;
constexpr std::size_t kFilesLimit = 1'000;

std::set<std::string> files_of(const std::vector<std::string>& patterns) {
  std::set<std::string> files;
  for (const std::string& pattern : patterns) {
    glob_t found{};
    if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
      files.insert(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
  }
  return files;
}

Result<std::vector<TargetGroup>> read_groups(const std::string& file) {
  const Result<std::string> text = read_file(file, kFileLimitBytes);
  if (!text) return text.error();
  const bool json = file.ends_with(".json") || file.ends_with(".JSON");
  Result<std::vector<TargetGroup>> groups =
      json ? parse_target_groups_json(*text) : parse_target_groups_yaml(file, *text);
  if (!groups) return groups;
  for (TargetGroup& group : *groups) group.labels.emplace_back("__meta_filepath", file);
  return groups;
}

}  // namespace

void FileLookup::look_at(const std::string& file, Known& known) const {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) {
    known.error = file + ": cannot be read; its old targets stay";
    return;
  }
  const std::int64_t changed =
      std::int64_t(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec;
  if (known.changed_nanos == changed && known.size == found.st_size && known.inode == found.st_ino)
    return;
  known.changed_nanos = changed;
  known.size = found.st_size;
  known.inode = found.st_ino;
  Result<std::vector<TargetGroup>> groups = read_groups(file);
  known.error = groups ? std::string()
                       : fmt::format("{}: {}; its old targets stay", file, groups.error().message);
  if (groups) known.groups = *std::move(groups);
}

Found FileLookup::refresh() {
  Found found;
  const std::set<std::string> files = files_of(options_.patterns);
  std::erase_if(known_, [&](const auto& entry) { return !files.contains(entry.first); });
  for (const std::string& file : files) {
    if (known_.size() >= kFilesLimit && !known_.contains(file)) {
      found.trouble.push_back(fmt::format("more than {} files; {} is left out", kFilesLimit, file));
      break;
    }
    look_at(file, known_[file]);
  }
  for (const auto& [file, known] : known_) {
    found.groups.insert(found.groups.end(), known.groups.begin(), known.groups.end());
    if (!known.error.empty()) found.trouble.push_back(known.error);
  }
  return found;
}

}  // namespace lapwing::collectors::scrape
