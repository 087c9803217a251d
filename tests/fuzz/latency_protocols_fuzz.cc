// Any payloads through every protocol's reader, in any cuts: each ends, reads only what was
// captured, and never answers more requests than there were. The first byte names the protocol;
// then come pieces, each after a byte: the upper bit is the direction, the rest its length; 0 is
// a piece that was not captured.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <span>
#include <vector>

#include "collectors/latency/protocol/readers.h"
#include "collectors/latency/protocol/route.h"

using namespace lapwing::collectors::latency;

namespace {

class Counting final : public Exchange {
 public:
  std::uint16_t operation(std::string_view method, std::string_view route) override {
    if (method.size() > 64 || route.size() > http1::Route::kBytes + 8) std::abort();
    return 1;
  }
  void request(std::uint16_t, std::uint8_t form) override {
    if (form != kUnansweredForm && forms_.size() < 1000) forms_.push_back(form);
  }
  std::uint8_t awaited() const override {
    return forms_.empty() ? kNothingAwaited : forms_.front();
  }
  void answer_begins() override {}
  void answer_ends(Outcome) override {
    if (forms_.empty()) std::abort();
    forms_.pop_front();
  }

 private:
  std::deque<std::uint8_t> forms_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr Protocol kProtocols[] = {Protocol::Http1, Protocol::Redis, Protocol::Postgres,
                                     Protocol::MySql, Protocol::Memcached};
  const ProtocolReader& reader = *find_reader(kProtocols[data[0] % 5]);
  Counting exchange;
  Cursor requests;
  Cursor answers;
  std::span<const std::uint8_t> left(data + 1, size - 1);
  while (!left.empty()) {
    const bool answer = (left[0] & 0x80) != 0;
    const std::size_t length = std::min<std::size_t>(left[0] & 0x7f, left.size() - 1);
    const std::vector<std::uint8_t> piece(left.begin() + 1,
                                          left.begin() + 1 + std::ptrdiff_t(length));
    left = left.subspan(1 + length);
    const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
    (void)reader.begins(text);
    (void)recognise(text, answer);
    (void)mysql::greets(text);
    Input input(piece, length == 0 ? 100 : 0);
    const Reading reading = answer ? reader.read_answers(answers, input, exchange)
                                   : reader.read_requests(requests, input, exchange);
    if (reading != Reading::InStep) break;
    if (!input.done()) std::abort();
  }
  return 0;
}
