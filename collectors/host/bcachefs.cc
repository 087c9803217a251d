// bcachefs: mounted file systems, their devices, counters, errors, compression, from
// /sys/fs/bcachefs/UUID (chapter "Options and monitoring" of bcachefs's Principles of Operation).
#include <memory>
#include <string>

#include "agent/base/file.h"
#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/size_text.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr std::string_view kSinceCreation = "since filesystem creation";
// A kernel that counts without end is not ours to follow.
constexpr std::size_t kCounterLimit = 1024;

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"uuid"}};
}
constexpr MetricInfo of_device(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device", "uuid"}};
}

constexpr MetricInfo kInfo = gauge("node_bcachefs_info", "A mounted file system.");
constexpr MetricInfo kCacheSize =
    gauge("node_bcachefs_btree_cache_size_bytes", "Memory of the btree's cache.");
constexpr MetricInfo kCompressed{"node_bcachefs_compression_compressed_bytes",
                                 "Size on disk of what is compressed.",
                                 MetricType::Gauge,
                                 {"algorithm", "uuid"}};
constexpr MetricInfo kUncompressed{"node_bcachefs_compression_uncompressed_bytes",
                                   "Size of the same before compression.",
                                   MetricType::Gauge,
                                   {"algorithm", "uuid"}};
constexpr MetricInfo kErrors{
    "node_bcachefs_errors_total", "Errors found.", MetricType::Counter, {"error_type", "uuid"}};
constexpr MetricInfo kWrites{"node_bcachefs_btree_writes_total",
                             "Writes of btree nodes.",
                             MetricType::Counter,
                             {"type", "uuid"}};
constexpr MetricInfo kWriteSize{"node_bcachefs_btree_write_average_size_bytes",
                                "Average size of a write of a btree node.",
                                MetricType::Gauge,
                                {"type", "uuid"}};
constexpr MetricInfo kDeviceInfo{"node_bcachefs_device_info",
                                 "What the device is.",
                                 MetricType::Gauge,
                                 {"device", "label", "state", "uuid"}};
constexpr MetricInfo kBucketSize =
    of_device("node_bcachefs_device_bucket_size_bytes", "Size of a bucket.");
constexpr MetricInfo kBuckets = of_device("node_bcachefs_device_buckets", "Buckets in total.");
constexpr MetricInfo kDurability =
    of_device("node_bcachefs_device_durability", "Copies that one on this device counts for.");
constexpr MetricInfo kDone{"node_bcachefs_device_io_done_bytes_total",
                           "Bytes read and written by what they hold.",
                           MetricType::Counter,
                           {"data_type", "device", "operation", "uuid"}};
constexpr MetricInfo kDeviceErrors{"node_bcachefs_device_io_errors_total",
                                   "I/O errors since the file system was made.",
                                   MetricType::Counter,
                                   {"device", "type", "uuid"}};

std::string_view without_colon(std::string_view word) {
  if (word.ends_with(':')) word.remove_suffix(1);
  return word;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Calls `take(line)` for each line of the file; none when it is missing: files came one by one.
template <typename Take>
void each_line(const std::string& path, Take take) {
  const auto content = read_file(path);
  if (!content) return;
  for (Scanner scan(*content); !scan.at_end();) take(scan.line());
}

// A table with titles, of rows "word number number": calls `take(word, first, second)`.
template <typename Take>
void each_row(const std::string& path, Take take) {
  bool titles = true;
  each_line(path, [&](std::string_view text) {
    if (std::exchange(titles, false)) return;
    Scanner line(text);
    const std::string_view name = without_colon(line.word());
    const auto first = parse_size(line.word());
    const auto second = parse_size(line.word());
    if (!line.failed() && first && second) take(name, *first, *second);
  });
}

void write_done(const std::string& device, const std::string& name, const std::string& uuid,
                MetricWriter& out) {
  std::string operation;
  each_line(device + "/io_done", [&](std::string_view text) {
    const std::string_view line = trimmed(text);
    if (line == "read:" || line == "write:") {
      operation = without_colon(line);
      return;
    }
    const std::size_t colon = line.find(':');
    if (operation.empty() || colon == std::string_view::npos) return;
    if (const auto bytes = parse_size(line.substr(colon + 1)))
      out.sample(kDone, {trimmed(line.substr(0, colon)), name, operation, uuid}, *bytes);
  });
}

void write_errors(const std::string& device, const std::string& name, const std::string& uuid,
                  MetricWriter& out) {
  bool since_creation = false;
  each_line(device + "/io_errors", [&](std::string_view line) {
    constexpr std::string_view kSection = "IO errors since ";
    if (line.starts_with(kSection)) {
      since_creation = line.substr(kSection.size()).starts_with("filesystem creation");
      return;
    }
    const std::size_t colon = line.find(':');
    if (!since_creation || colon == std::string_view::npos) return;
    if (const auto count = parse_size(line.substr(colon + 1)))
      out.sample(kDeviceErrors, {name, trimmed(line.substr(0, colon)), uuid}, *count);
  });
}

void write_device(const std::string& device, const std::string& name, const std::string& uuid,
                  MetricWriter& out) {
  out.sample(kDeviceInfo, {name, text_of(device + "/label"), text_of(device + "/state"), uuid}, 1);
  if (const auto size = parse_size(text_of(device + "/bucket_size")))
    out.sample(kBucketSize, {name, uuid}, *size);
  if (const auto count = number_in(device + "/nbuckets"))
    out.sample(kBuckets, {name, uuid}, *count);
  if (const auto copies = number_in(device + "/durability"))
    out.sample(kDurability, {name, uuid}, *copies);
  write_done(device, name, uuid, out);
  write_errors(device, name, uuid, out);
}

class BcachefsCollector final : public Collector {
 public:
  explicit BcachefsCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("fs/bcachefs")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto names = list_folder(folder_);
    if (!names) return names.error();
    for (const std::string& uuid : *names)
      if (const auto entries = list_folder(folder_ + "/" + uuid)) write(uuid, *entries, out);
    if (out.size() == 0) return no_data(folder_ + " has no file system");
    return {};
  }

 private:
  void write(const std::string& uuid, const std::vector<std::string>& entries, MetricWriter& out) {
    const std::string place = folder_ + "/" + uuid;
    out.sample(kInfo, {uuid}, 1);
    if (const auto size = parse_size(text_of(place + "/btree_cache_size")))
      out.sample(kCacheSize, {uuid}, *size);
    each_row(place + "/compression_stats", [&](std::string_view name, double small, double full) {
      out.sample(kCompressed, {name, uuid}, small);
      out.sample(kUncompressed, {name, uuid}, full);
    });
    each_row(place + "/btree_write_stats", [&](std::string_view name, double count, double size) {
      out.sample(kWrites, {name, uuid}, count);
      out.sample(kWriteSize, {name, uuid}, size);
    });
    each_line(place + "/errors", [&](std::string_view text) {
      Scanner line(text);
      const std::string_view name = line.word();
      const std::uint64_t count = line.u64();
      if (!line.failed()) out.sample(kErrors, {name, uuid}, double(count));
    });
    write_counters(place + "/counters", uuid, out);
    for (const std::string& entry : entries)
      if (entry.starts_with("dev-")) write_device(place + "/" + entry, entry.substr(4), uuid, out);
  }

  void write_counters(const std::string& place, const std::string& uuid, MetricWriter& out) {
    const auto files = list_folder(place);
    if (!files) return;
    for (const std::string& file : *files)
      each_line(place + "/" + file, [&](std::string_view line) {
        if (!line.starts_with(kSinceCreation)) return;
        const auto value = parse_size(line.substr(line.find(':') + 1));
        if (!value) return;
        auto found = metrics_.find(file);
        if (!found.known) {
          if (metrics_.size() >= kCounterLimit) return out.warn("too many counters of bcachefs");
          found.info = &metrics_.add(file, "node_bcachefs_" + clean_name(file) + "_total",
                                     "Counter " + file + " since the file system was made.",
                                     MetricType::Counter, {"uuid"});
        }
        out.sample(*found.info, {uuid}, *value);
      });
  }

  const std::string folder_;
  NamedMetrics metrics_;
};

}  // namespace

std::unique_ptr<Collector> make_bcachefs(const FactoryInput& input) {
  return std::make_unique<BcachefsCollector>(input);
}

}  // namespace lapwing::collectors::host
