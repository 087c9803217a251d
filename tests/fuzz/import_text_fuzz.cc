// Any bytes as an import, in one piece and in small ones: no crash, the same samples either way;
// and as a packed one.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "agent/import/importer.h"
#include "agent/import/input.h"

namespace {

using namespace lapwing;

/// Adds up what it is given.
struct Sum final : Appender {
  std::uint32_t series = 0;
  std::uint64_t sum = 0;
  SourceRef source(std::string_view) override { return SourceRef(1); }
  Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind) override {
    sum += labels.text_bytes() + std::uint64_t(kind);
    return SeriesRef(++series);
  }
  AppendOutcome append(const Batch& batch) override {
    for (std::size_t i = 0; i < batch.refs.size(); ++i) {
      const Timestamp time = batch.times.empty() ? batch.time : batch.times[i];
      std::uint64_t bits = 0;
      std::memcpy(&bits, &batch.values[i], sizeof bits);
      sum = sum * 31 + bits + std::uint64_t(to_millis(time)) + std::uint64_t(batch.refs[i]);
    }
    return {};
  }
};

std::uint64_t outcome_of(std::string_view text, std::size_t piece) {
  Sum sum;
  import::Importer importer(sum);
  bool sound = true;
  for (std::size_t at = 0; sound && at < text.size(); at += piece)
    sound = importer.feed(text.substr(at, piece)).ok();
  if (sound) static_cast<void>(importer.finish());
  return sum.sum + importer.counts().samples;
}

void unpack(std::string_view bytes) {
  constexpr int kPieces = 256;  // a few bytes may unpack to gigabytes
  const auto unpacker = import::unpacker_for(bytes);
  if (!unpacker || *unpacker == nullptr) return;
  std::span<const char> packed(bytes.data(), bytes.size());
  std::array<char, 4096> out;
  for (int piece = 0; piece < kPieces; ++piece) {
    const std::size_t left = packed.size();
    const auto got = (*unpacker)->unpack(packed, out);
    if (!got || (*got == 0 && packed.size() == left)) return;
    if (*got > out.size() || packed.size() > left) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t whole = outcome_of(text, size + 1);
  if (whole != outcome_of(text, 7)) std::abort();
  unpack(text);
  return 0;
}
