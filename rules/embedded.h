// The shipped rule files as they stand in this folder, embedded by the build.
#pragma once

#include <span>
#include <string_view>

namespace lapwing::rules {

struct EmbeddedFile {
  std::string_view name;  ///< "shipped/host.yml"
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace lapwing::rules
