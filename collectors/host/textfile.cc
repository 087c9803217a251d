#include "collectors/host/textfile.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>

#include "agent/base/file.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"
#include "collectors/scrape/text_parser.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kModified{"node_textfile_mtime_seconds",
                               "When the file, which was read, was written last.",
                               MetricType::Gauge,
                               {"file"}};
constexpr MetricInfo kScrapeError{"node_textfile_scrape_error",
                                  "Whether a file or the folder could not be read.",
                                  MetricType::Gauge};

constexpr std::string_view kEnding = ".prom";
// Names that came and went since the start: a program that makes them up is stopped here.
constexpr std::size_t kMetricLimit = 20'000;

static_assert(kTextfileLabelLimit <= kMetricLabelLimit);

double seconds_of(const timespec& time) {
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

class TextfileCollector final : public Collector {
 public:
  explicit TextfileCollector(const FactoryInput& input)
      : folder_(input.settings.find("directory")->second),
        must_exist_(folder_ != find_collector("textfile")->settings.front().fallback) {
    if (!must_exist_) folder_ = input.context.paths.in_root(folder_.substr(1));
  }

  Result<void> collect(MetricWriter& out) override {
    const auto names = list_folder(folder_);
    // The folder of the default need not be there; one that somebody named must.
    if (!names && (!must_exist_ || folder_.empty())) return names.error();
    if (!names) {
      out.warn(names.error().message);
      out.sample(kScrapeError, 1);
      return {};
    }
    series_ = 0;
    std::size_t files = 0;
    for (const std::string& name : *names) {
      if (!name.ends_with(kEnding)) continue;
      const std::string path = folder_ + "/" + name;
      if (++files > kTextfileLimit) {
        out.warn(path + ": more than " + std::to_string(kTextfileLimit) + " files in the folder");
        break;
      }
      if (auto written = write_file(path, out); !written) out.warn(written.error().message);
    }
    out.sample(kScrapeError, out.warning().empty() ? 0 : 1);
    return {};
  }

 private:
  Result<void> write_file(const std::string& path, MetricWriter& out) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return system_error("reading " + path, errno);
    if (!S_ISREG(status.st_mode)) return invalid(path + " is not a regular file");
    const auto content = read_file(path, kTextfileLimitBytes);
    if (!content) return content.error();
    const auto samples = parse_textfile(*content, kTextfileSeriesLimit - series_);
    if (!samples) return Error(samples.error()).in(path);
    series_ += samples->size();
    for (const TextfileSample& sample : *samples)
      if (auto written = write_sample(sample, path, out); !written) return written;
    out.sample(kModified, {path}, seconds_of(status.st_mtim));
    return {};
  }

  Result<void> write_sample(const TextfileSample& sample, const std::string& path,
                            MetricWriter& out) {
    key_ = sample.name;
    std::array<std::string_view, kTextfileLabelLimit> values;
    for (std::size_t i = 0; i < sample.labels.size(); ++i) {
      key_.append(",").append(sample.labels[i].first);
      values[i] = sample.labels[i].second;
    }
    // Type and help are those that came first: one name means one thing.
    NamedMetrics::Lookup found = metrics_.find(key_);
    if (!found.known) {
      if (metrics_.size() >= kMetricLimit)
        return invalid(path + ": more than " + std::to_string(kMetricLimit) +
                       " different metrics since the agent started");
      std::vector<std::string> names;
      for (const auto& [name, value] : sample.labels) names.push_back(name);
      found.info = &metrics_.add(key_, sample.name,
                                 sample.help.empty() ? "Metric read from " + path : sample.help,
                                 sample.type, names);
    }
    out.sample(*found.info, std::span(values).first(sample.labels.size()), sample.value);
    return {};
  }

  std::string folder_;
  const bool must_exist_;
  std::size_t series_ = 0;
  NamedMetrics metrics_;
  std::string key_;
};

struct Metadata {
  MetricType type = MetricType::Unknown;
  std::string help;
};
using Families = std::map<std::string, Metadata, std::less<>>;

bool is_name(std::string_view text, bool colons) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colons && c == ':');
  });
}

// The family that a sample belongs to: its own name, or that of its histogram or summary.
const Metadata* family_of(const Families& families, std::string_view name) {
  if (const auto found = families.find(name); found != families.end()) return &found->second;
  for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(ending)) continue;
    const auto found = families.find(name.substr(0, name.size() - ending.size()));
    if (found != families.end() &&
        (found->second.type == MetricType::Histogram || found->second.type == MetricType::Summary))
      return &found->second;
  }
  return nullptr;
}

Result<TextfileSample> sample_of(const scrape::TextParser& parser) {
  if (parser.timestamp_millis()) return invalid("samples with times are not taken");
  TextfileSample sample;
  parser.read_labels(sample.labels);
  sample.name = std::move(sample.labels.front().second);
  sample.labels.erase(sample.labels.begin());
  if (!is_name(sample.name, true)) return invalid("not a metric's name: " + sample.name);
  std::sort(sample.labels.begin(), sample.labels.end());
  std::string_view previous;
  for (const auto& [name, value] : sample.labels) {
    if (!is_name(name, false)) return invalid("not a label's name: " + name);
    if (name == previous) return invalid("label " + name + " is there twice");
    previous = name;
  }
  if (sample.labels.size() > kTextfileLabelLimit)
    return invalid("more than " + std::to_string(kTextfileLabelLimit) + " labels");
  sample.value = parser.value();
  return sample;
}

}  // namespace

Result<std::vector<TextfileSample>> parse_textfile(std::string_view content,
                                                   std::size_t series_limit) {
  std::vector<TextfileSample> samples;
  Families families;
  scrape::TextParser parser(content);
  while (true) {
    const std::size_t from = parser.position();
    const auto in_line = [&](Error error) {
      // Blank lines before the sample belong to the step that read it.
      const std::size_t begin = std::min(content.find_first_not_of(" \t\n", from), content.size());
      const auto line =
          1 + std::count(content.begin(), content.begin() + std::ptrdiff_t(begin), '\n');
      return std::move(error).in("line " + std::to_string(line));
    };
    const auto entry = parser.next();
    if (!entry) return entry.error();
    if (*entry == scrape::Entry::End) break;
    if (*entry == scrape::Entry::Type) families[std::string(parser.family())].type = parser.type();
    if (*entry == scrape::Entry::Help) families[std::string(parser.family())].help = parser.text();
    if (*entry != scrape::Entry::Sample) continue;
    if (samples.size() >= series_limit)
      return in_line(
          invalid("more than " + std::to_string(kTextfileSeriesLimit) + " series in the folder"));
    auto sample = sample_of(parser);
    if (!sample) return in_line(std::move(sample).error());
    samples.push_back(std::move(*sample));
  }
  // Help and type may stand behind the first sample of their family: the last word counts.
  for (TextfileSample& sample : samples) {
    const Metadata* const metadata = family_of(families, sample.name);
    if (metadata == nullptr) continue;
    sample.type = metadata->type;
    sample.help = metadata->help;
  }
  return samples;
}

std::unique_ptr<Collector> make_textfile(const FactoryInput& input) {
  return std::make_unique<TextfileCollector>(input);
}

}  // namespace lapwing::collectors::host
