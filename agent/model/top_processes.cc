#include "agent/model/top_processes.h"

namespace lapwing {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kProcessLimit = 1000;

void put(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += char(value | 0x80);
  out += char(value);
}

void put(std::string& out, std::string_view text) {
  put(out, std::uint64_t(text.size()));
  out += text;
}

/// After a failure every read gives nothing: check failed() once.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto next = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > bytes_.size()) fail();
    if (failed_) return {};
    std::string taken(bytes_.substr(0, std::size_t(size)));
    bytes_.remove_prefix(std::size_t(size));
    return taken;
  }
  bool failed() const { return failed_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  void fail() {
    failed_ = true;
    bytes_ = {};
  }

  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace

std::string encode_top_processes(const TopProcesses& top) {
  std::string out;
  put(out, kVersion);
  put(out, std::uint64_t(top.interval.count()));
  put(out, std::uint64_t(top.processes.size()));
  for (const TopProcess& process : top.processes) {
    put(out, std::uint64_t(std::uint32_t(process.pid)));
    put(out, process.name);
    put(out, process.service);
    put(out, process.command_line);
    for (const std::uint64_t value :
         {process.cpu_micros, process.resident_bytes, process.read_bytes, process.written_bytes,
          process.run_delay_micros, process.io_delay_micros})
      put(out, value);
  }
  return out;
}

Result<TopProcesses> decode_top_processes(Timestamp time, std::string_view bytes) {
  Reader reader(bytes);
  if (reader.number() != kVersion) return corrupt("top processes of another version");
  TopProcesses top{.time = time};
  top.interval = Duration(std::int64_t(reader.number()));
  const std::uint64_t count = reader.number();
  if (count > kProcessLimit) return corrupt("top processes: too many");
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    TopProcess process;
    process.pid = std::int32_t(std::uint32_t(reader.number()));
    process.name = reader.text();
    process.service = reader.text();
    process.command_line = reader.text();
    for (std::uint64_t* const value :
         {&process.cpu_micros, &process.resident_bytes, &process.read_bytes, &process.written_bytes,
          &process.run_delay_micros, &process.io_delay_micros})
      *value = reader.number();
    top.processes.push_back(std::move(process));
  }
  if (reader.failed() || !reader.at_end()) return corrupt("top processes: cut short");
  return top;
}

}  // namespace lapwing
