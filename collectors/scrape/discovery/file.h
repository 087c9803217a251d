// FileLookup: targets that stand in files (file_sd_configs), YAML or JSON by their ending.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "collectors/scrape/discovery/group.h"
#include "collectors/scrape/discovery/options.h"

namespace lapwing::collectors::scrape {

/// Used by one thread at a time; may hang where a file system does.
class FileLookup {
 public:
  explicit FileLookup(FileDiscovery options) : options_(std::move(options)) {}

  /// The targets of every file that the patterns name now. A file that has not changed is not
  /// read; one that is broken keeps its old targets; those of one that is gone go.
  Found refresh();

 private:
  struct Known {
    std::int64_t changed_nanos = -1;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    std::vector<TargetGroup> groups;
    std::string error;  // of the newest reading; empty when it went well
  };

  void look_at(const std::string& file, Known& known) const;

  const FileDiscovery options_;
  std::map<std::string, Known> known_;  // by path
};

}  // namespace lapwing::collectors::scrape
