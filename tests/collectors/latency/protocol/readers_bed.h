// A protocol's reader with both directions and what it tells, as one line of text.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/latency/protocol/exchange.h"

namespace lapwing::testing {

using collectors::latency::Outcome;
using collectors::latency::Reading;

/// Tells "GET /a" for a request and "=2xx" for its answer's end, "^" for its beginning.
class ReaderBed final : private collectors::latency::Exchange {
 public:
  explicit ReaderBed(collectors::latency::Protocol protocol)
      : reader_(*collectors::latency::find_reader(protocol)) {}

  /// What came of a whole payload; `unseen` bytes follow that were not captured.
  std::string client(std::string_view payload, std::uint64_t unseen = 0) {
    return run(reader_.read_requests, requests, payload, unseen);
  }
  std::string server(std::string_view payload, std::uint64_t unseen = 0) {
    return run(reader_.read_answers, answers, payload, unseen);
  }
  /// The same, a byte at a time.
  std::string client_slowly(std::string_view payload) {
    return slowly(reader_.read_requests, requests, payload);
  }
  std::string server_slowly(std::string_view payload) {
    return slowly(reader_.read_answers, answers, payload);
  }

  collectors::latency::Cursor requests;
  collectors::latency::Cursor answers;

 private:
  using Read = Reading (*)(collectors::latency::Cursor&, collectors::latency::Input&,
                           collectors::latency::Exchange&);

  std::string run(Read read, collectors::latency::Cursor& cursor, std::string_view payload,
                  std::uint64_t unseen) {
    told_.clear();
    collectors::latency::Input input(
        {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()}, unseen);
    const Reading reading = read(cursor, input, *this);
    if (reading == Reading::Lost) say("lost");
    if (reading == Reading::Encrypted) say("encrypted");
    if (reading == Reading::Over) say("over");
    return told_;
  }
  std::string slowly(Read read, collectors::latency::Cursor& cursor, std::string_view payload) {
    std::string all;
    for (const char c : payload) {
      const std::string told = run(read, cursor, {&c, 1}, 0);
      if (!told.empty()) all += (all.empty() ? "" : " ") + told;
    }
    return all;
  }
  void say(const std::string& text) { told_ += (told_.empty() ? "" : " ") + text; }

  std::uint16_t operation(std::string_view method, std::string_view route) override {
    names_.push_back(std::string(method) + std::string(route));
    return std::uint16_t(names_.size() - 1);
  }
  void request(std::uint16_t operation, std::uint8_t form) override {
    say(operation == collectors::latency::kNoOperation ? "aside" : names_.at(operation));
    if (form == collectors::latency::kBlockingForm) told_ += "(waits)";
    if (form == collectors::latency::kUnansweredForm) told_ += "(no answer)";
    if (form != collectors::latency::kUnansweredForm) forms_.push_back(form);
  }
  std::uint8_t awaited() const override {
    return forms_.empty() ? collectors::latency::kNothingAwaited : forms_.front();
  }
  void answer_begins() override {
    if (!forms_.empty() && !begun_) say("^");
    begun_ = true;
  }
  void answer_ends(Outcome outcome) override {
    say("=" + std::string(collectors::latency::name(outcome)));
    if (!forms_.empty()) forms_.pop_front();
    begun_ = false;
  }

  const collectors::latency::ProtocolReader& reader_;
  std::vector<std::string> names_;
  std::deque<std::uint8_t> forms_;
  bool begun_ = false;
  std::string told_;
};

}  // namespace lapwing::testing
