// Dialogue: a TCP probe's conversation (query_response) as a pure state machine: text in, what to
// do next out. Source of truth: blackbox_exporter's order of expect, expect_bytes, send and
// starttls.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/probe/module.h"

namespace lapwing::collectors::probe {

class Dialogue {
 public:
  /// `steps` must outlive it.
  explicit Dialogue(const std::vector<QueryStep>& steps) : steps_(steps) {}

  enum class Want {
    Text,      ///< more from the peer
    Send,      ///< to_send() to go out
    StartTls,  ///< TLS from here on; agreed() when it stands
    Done,
    Failed,  ///< reason() says why
  };
  /// What is to do next. After Send and StartTls call it again.
  Want next();

  /// What the peer has sent.
  void receive(std::string_view text) { received_.append(text); }
  /// The peer sends no more.
  void end() { ended_ = true; }

  const std::string& to_send() const { return to_send_; }
  const std::string& reason() const { return reason_; }
  bool failed_due_to_regex() const { return failed_due_to_regex_; }
  bool failed_due_to_bytes() const { return failed_due_to_bytes_; }
  /// Of the newest match that asks for labels; empty: there was none.
  const std::vector<std::pair<std::string, std::string>>& expect_labels() const { return labels_; }

  static constexpr std::size_t kLineLimitBytes = 64 * 1024;

 private:
  enum class Part { Expect, Bytes, Send, StartTls };
  Want expect(const QueryStep& step);
  Want expect_bytes(const QueryStep& step);
  Want fail(std::string reason);
  bool take_line(std::string& line);

  const std::vector<QueryStep>& steps_;
  std::size_t step_ = 0;
  Part part_ = Part::Expect;
  std::string received_;
  bool ended_ = false;
  std::string to_send_;
  std::string reason_;
  std::string last_line_;
  bool failed_due_to_regex_ = false;
  bool failed_due_to_bytes_ = false;
  std::vector<std::pair<std::string, std::string>> labels_;
};

}  // namespace lapwing::collectors::probe
