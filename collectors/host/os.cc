#include "collectors/host/os.h"

#include <cctype>
#include <memory>

#include "agent/base/number.h"
#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kOsInfo{
    "node_os_info",
    "What operating system the host runs.",
    MetricType::Gauge,
    {"build_id", "id", "id_like", "image_id", "image_version", "name", "pretty_name", "variant",
     "variant_id", "version", "version_codename", "version_id"}};
constexpr MetricInfo kOsVersion{"node_os_version",
                                "Major and minor version of the operating system.",
                                MetricType::Gauge,
                                {"id", "id_like", "name"}};

class OsCollector final : public Collector {
 public:
  explicit OsCollector(const FactoryInput& input) : paths_(input.context.paths) {}

  Result<void> collect(MetricWriter& out) override {
    auto content = read_trimmed(paths_.in_root("etc/os-release"));
    if (!content) content = read_trimmed(paths_.in_root("usr/lib/os-release"));
    if (!content) return std::move(content).error();
    const auto values = parse_os_release(*content);
    const auto get = [&](std::string_view key) -> std::string_view {
      const auto found = values.find(key);
      return found == values.end() ? std::string_view() : std::string_view(found->second);
    };
    out.sample(kOsInfo,
               {get("BUILD_ID"), get("ID"), get("ID_LIKE"), get("IMAGE_ID"), get("IMAGE_VERSION"),
                get("NAME"), get("PRETTY_NAME"), get("VARIANT"), get("VARIANT_ID"), get("VERSION"),
                get("VERSION_CODENAME"), get("VERSION_ID")},
               1);
    if (const auto version = version_number(get("VERSION_ID")))
      out.sample(kOsVersion, {get("ID"), get("ID_LIKE"), get("NAME")}, *version);
    return {};
  }

 private:
  const HostPaths paths_;
};

std::string unquoted(std::string_view text) {
  const char quote = text.empty() ? '\0' : text[0];
  const bool quoted = text.size() >= 2 && (quote == '"' || quote == '\'') && text.back() == quote;
  if (quoted) text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '\'' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

std::map<std::string, std::string, std::less<>> parse_os_release(std::string_view content) {
  std::map<std::string, std::string, std::less<>> values;
  Scanner scan(content);
  while (!scan.at_end()) {
    const std::string_view line = scan.line();
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    values[std::string(line.substr(0, equals))] = unquoted(line.substr(equals + 1));
  }
  return values;
}

std::optional<double> version_number(std::string_view version) {
  const auto digits_from = [&](std::size_t at) {
    while (at < version.size() && std::isdigit(static_cast<unsigned char>(version[at])) != 0) ++at;
    return at;
  };
  std::size_t end = digits_from(0);
  if (end == 0) return std::nullopt;
  if (end + 1 < version.size() && version[end] == '.') {
    const std::size_t minor_end = digits_from(end + 1);
    if (minor_end > end + 1) end = minor_end;
  }
  const Result<double> number = parse_value(version.substr(0, end));
  if (!number) return std::nullopt;
  return *number;
}

std::unique_ptr<Collector> make_os(const FactoryInput& input) {
  return std::make_unique<OsCollector>(input);
}

}  // namespace lapwing::collectors::host
