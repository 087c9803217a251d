#include "collectors/probe/dialogue.h"

namespace lapwing::collectors::probe {

Dialogue::Want Dialogue::fail(std::string reason) {
  reason_ = std::move(reason);
  return Want::Failed;
}

bool Dialogue::take_line(std::string& line) {
  const std::size_t end = received_.find('\n');
  if (end != std::string::npos) {
    line = received_.substr(0, end);
    received_.erase(0, end + 1);
  } else if (ended_ && !received_.empty()) {
    line = std::exchange(received_, {});
  } else {
    return false;
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

Dialogue::Want Dialogue::expect(const QueryStep& step) {
  std::string line;
  while (take_line(line)) {
    std::string expanded;
    if (step.expect->expand(line, step.send, expanded)) {
      to_send_ = std::move(expanded);
      failed_due_to_regex_ = false;
      if (!step.labels.empty()) labels_.clear();
      for (const auto& [name, value] : step.labels) {
        std::string text;
        step.expect->expand(line, value, text);
        labels_.emplace_back(name, std::move(text));
      }
      part_ = Part::Bytes;
      return Want::Done;  // of this part
    }
    last_line_ = line;
  }
  if (received_.size() > kLineLimitBytes)
    return fail("Error reading from connection: a line is longer than 64 KiB");
  if (!ended_) return Want::Text;
  failed_due_to_regex_ = true;
  return fail("Regexp did not match: regexp=" + step.expect_pattern + " line=" + last_line_);
}

Dialogue::Want Dialogue::expect_bytes(const QueryStep& step) {
  const std::string& wanted = step.expect_bytes;
  if (received_.size() < wanted.size())
    return ended_ ? fail("Read less data than expected") : Want::Text;
  failed_due_to_bytes_ = received_.compare(0, wanted.size(), wanted) != 0;
  if (failed_due_to_bytes_) return fail("Bytes did not match");
  received_.erase(0, wanted.size());
  part_ = Part::Send;
  return Want::Done;
}

Dialogue::Want Dialogue::next() {
  while (step_ < steps_.size()) {
    const QueryStep& step = steps_[step_];
    switch (part_) {
      case Part::Expect:
        to_send_ = step.send;
        if (!step.expect) {
          part_ = Part::Bytes;
        } else if (const Want want = expect(step); want != Want::Done) {
          return want;
        }
        break;
      case Part::Bytes:
        if (step.expect_bytes.empty()) {
          part_ = Part::Send;
        } else if (const Want want = expect_bytes(step); want != Want::Done) {
          return want;
        }
        break;
      case Part::Send:
        part_ = Part::StartTls;
        if (to_send_.empty()) break;
        to_send_ += '\n';
        return Want::Send;
      case Part::StartTls:
        part_ = Part::Expect;
        ++step_;
        if (!step.starttls) break;
        received_.clear();  // What came in the clear is nothing that TLS vouches for.
        return Want::StartTls;
    }
  }
  return Want::Done;
}

}  // namespace lapwing::collectors::probe
