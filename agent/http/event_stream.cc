// One letter is under way at a time, whatever the number of events.
#include "agent/http/event_stream.h"

#include <utility>

namespace lapwing::http {

std::string event_text(std::string_view data) {
  std::string text;
  text.reserve(data.size() + 8);
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  return text.append("\n");
}

StreamBuffer::StreamBuffer(std::shared_ptr<Mailbox> mailbox, ConnectionId connection,
                           std::size_t limit_bytes)
    : mailbox_(std::move(mailbox)), connection_(connection), limit_bytes_(limit_bytes) {
  ++mailbox_->streams;
}

StreamBuffer::~StreamBuffer() { close(); }

bool StreamBuffer::send(std::string_view data) {
  const std::string text = event_text(data);
  bool announce = false;
  bool fits = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return false;
    fits = queued_.size() + in_flight_ + text.size() <= limit_bytes_;
    if (fits) queued_ += text;
    announce = !std::exchange(announced_, true) || !fits;
  }
  // Closing tells the acceptor to drop the connection: it finds the stream closed.
  if (!fits) close();
  if (announce) mailbox_->post({connection_, {}, nullptr});
  return fits;
}

bool StreamBuffer::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::string StreamBuffer::take() {
  const std::lock_guard lock(mutex_);
  announced_ = false;
  in_flight_ += queued_.size();
  return std::exchange(queued_, {});
}

void StreamBuffer::written() {
  const std::lock_guard lock(mutex_);
  in_flight_ = 0;
}

void StreamBuffer::abandon() {
  close();
  mailbox_->post({connection_, {}, nullptr});
}

void StreamBuffer::close() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(open_, false)) return;
    std::exchange(queued_, {});
  }
  --mailbox_->streams;
}

}  // namespace lapwing::http
