#include "collectors/host/folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "agent/base/file.h"

namespace lapwing::collectors::host {
namespace {

constexpr std::size_t kValueLimitBytes = 64 * 1024;  // sysfs gives a page at most

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\0'; }

}  // namespace

Result<std::vector<std::string>> list_folder(const std::string& path, std::string_view prefix) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(path, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(prefix)) names.push_back(std::move(name));
  }
  if (error) return system_error("reading " + path, error.value());
  std::sort(names.begin(), names.end());
  if (names.size() > kFolderLimit) names.resize(kFolderLimit);
  return names;
}

std::string text_of(const std::string& path) {
  Result<std::string> content = read_file(path, kValueLimitBytes);
  if (!content) return {};
  while (!content->empty() && is_blank(content->back())) content->pop_back();
  const auto first = std::find_if_not(content->begin(), content->end(), is_blank);
  content->erase(content->begin(), first);
  return std::move(*content);
}

std::optional<double> number_of(std::string_view text) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return double(value);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> number_in(const std::string& path) { return number_of(text_of(path)); }

void write_attributes(std::span<const Attribute> attributes, const std::string& folder,
                      std::initializer_list<std::string_view> labels, MetricWriter& out) {
  std::string path;
  for (const Attribute& attribute : attributes) {
    path.assign(folder).append("/").append(attribute.file);
    if (const auto value = number_in(path))
      out.sample(attribute.info, labels, *value * attribute.factor);
  }
}

std::string clean_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      name += char(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '_')
      name += c;
    else
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  name.erase(0, std::min(name.find_first_not_of('_'), name.size()));
  return name;
}

}  // namespace lapwing::collectors::host
