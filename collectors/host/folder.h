// Folders of /sys/class and the like: the devices' names, and their files of one value each
// (Documentation/filesystems/sysfs.rst: one value a file).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "collectors/metric_writer.h"

namespace lapwing::collectors::host {

/// More devices than this in one folder are not looked at.
inline constexpr std::size_t kFolderLimit = 4096;

/// The names in a folder that begin with `prefix`, sorted; the first kFolderLimit of them. NoData
/// when there is no such folder.
Result<std::vector<std::string>> list_folder(const std::string& path, std::string_view prefix = {});

/// The file's text without blanks around it; empty when it is missing or cannot be read, which
/// with /sys means that the device does not tell.
std::string text_of(const std::string& path);

/// A number, decimal or (with 0x) hexadecimal; nothing when the text is none.
std::optional<double> number_of(std::string_view text);
/// The same of a file's text.
std::optional<double> number_in(const std::string& path);

/// One file of a device, and what becomes of it.
struct Attribute {
  std::string_view file;
  double factor;
  MetricInfo info;
};

/// Writes what the device in `folder` has of the attributes.
void write_attributes(std::span<const Attribute> attributes, const std::string& folder,
                      std::initializer_list<std::string_view> labels, MetricWriter& out);

/// Lower case, and an underscore for whatever a metric's name cannot have; none at the ends.
std::string clean_name(std::string_view text);

}  // namespace lapwing::collectors::host
