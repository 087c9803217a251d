#include "collectors/host/sockstat.h"

#include <unistd.h>
#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/named_metrics.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

class SockstatCollector final : public Collector {
 public:
  explicit SockstatCollector(const FactoryInput& input)
      : v4_(input.context.paths.in_proc("net/sockstat")),
        v6_(input.context.paths.in_proc("net/sockstat6")) {}

  Result<void> collect(MetricWriter& out) override {
    if (auto read = collect_file(v4_, out); !read) return read;
    auto read = collect_file(v6_, out);
    // A kernel without IPv6 has no such file.
    if (!read && read.error().kind != ErrorKind::NoData) return read;
    return {};
  }

 private:
  Result<void> collect_file(ProcFile& file, MetricWriter& out) {
    const auto content = file.read();
    if (!content) return content.error();
    fields_.clear();
    if (auto parsed = parse_socket_fields(*content, fields_); !parsed)
      return std::move(parsed).in(file.path());
    for (const SocketField& field : fields_) {
      out.sample(info_of(field.protocol, field.name), double(field.value));
      if (field.name == "mem")  // In pages, unlike FRAG's memory, which is in bytes.
        out.sample(info_of(field.protocol, "mem_bytes"), double(field.value) * page_bytes_);
    }
    return {};
  }

  const MetricInfo& info_of(std::string_view protocol, std::string_view name) {
    key_.assign(protocol).append("_").append(name);
    if (const auto found = metrics_.find(key_); found.known) return *found.info;
    return metrics_.add(key_, "node_sockstat_" + key_,
                        "Sockets of " + std::string(protocol) + ": " + std::string(name) + ".",
                        MetricType::Gauge);
  }

  const double page_bytes_ = double(::sysconf(_SC_PAGESIZE));
  ProcFile v4_;
  ProcFile v6_;
  std::vector<SocketField> fields_;
  NamedMetrics metrics_;
  std::string key_;
};

}  // namespace

Result<void> parse_socket_fields(std::string_view content, std::vector<SocketField>& out) {
  Scanner scan(content);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    Scanner line(scan.line());
    const std::string_view protocol = line.until(':');
    for (line.skip_blanks(); !line.at_end(); line.skip_blanks()) {
      SocketField field{protocol, line.word(), 0};
      field.value = line.u64();
      if (!line.failed()) out.push_back(field);
    }
    if (auto done = line.done(); !done) return done;
  }
  return scan.done();
}

std::unique_ptr<Collector> make_sockstat(const FactoryInput& input) {
  return std::make_unique<SockstatCollector>(input);
}

}  // namespace lapwing::collectors::host
