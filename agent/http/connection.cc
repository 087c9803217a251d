// Deadlines are for whole phases, not for single reads: a peer that drips bytes gains nothing.
#include "agent/http/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <utility>

#include "agent/http/event_stream.h"

namespace lapwing::http {
namespace {

/// How long a peer may take to close after the last answer. Closing at once would send a reset
/// when it is still sending, and the reset can overtake the answer (RFC 9112 section 9.6).
constexpr Duration kLingerTime = 2s;
/// A slow reader must take this much within each write timeout, or it is cut off.
constexpr std::size_t kProgressBytes = 64 * 1024;
/// Reads a turn, so that one fast sender does not keep the others waiting.
constexpr int kReadsPerTurn = 8;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kComment = ":\n\n";

}  // namespace

Connection::Connection(UniqueFd socket, std::string peer, const ServerOptions& options,
                       ServerMetrics& metrics, Instant now)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      options_(options),
      metrics_(metrics),
      reader_({.head_bytes = options.head_limit_bytes, .body_bytes = options.body_limit_bytes}) {
  set_reading_deadline(now);
}

Connection::~Connection() { close(); }

bool Connection::is_abandoned() const { return abandoned_ != nullptr && *abandoned_; }

void Connection::on_peer_finished() {
  if (abandoned_ != nullptr) abandoned_->store(true, std::memory_order_relaxed);
}

void Connection::close() {
  on_peer_finished();
  if (stream_) stream_->close();
  stream_ = nullptr;
  std::exchange(answer_, {});
  std::exchange(pipelined_, {});
  socket_.reset();
  phase_ = Phase::Closed;
  deadline_ = Instant::max();
}

std::uint32_t Connection::wanted_events() const {
  switch (phase_) {
    case Phase::Reading:
      return EPOLLIN | EPOLLRDHUP;
    case Phase::Lingering:
      return EPOLLIN;
    case Phase::Writing:
      return EPOLLOUT;
    case Phase::Streaming:
      return answer_.head.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
    case Phase::Working:
      return is_abandoned() ? 0u : std::uint32_t(EPOLLRDHUP);
    default:
      return 0;
  }
}

std::size_t Connection::buffered_bytes() const {
  return reader_.buffered_bytes() + pipelined_.size() + answer_.head.size() + answer_.body.size();
}

void Connection::on_readable(std::span<char> buffer, Instant now) {
  if (phase_ == Phase::Streaming || phase_ == Phase::Lingering) {
    if (!read_and_drop(buffer)) close();
    return;
  }
  for (int turn = 0; turn < kReadsPerTurn && phase_ == Phase::Reading; ++turn) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) return close();
    if (count < 0) {
      if (errno != EAGAIN && errno != EINTR) close();
      return;
    }
    use({buffer.data(), std::size_t(count)}, now);
  }
}

bool Connection::read_and_drop(std::span<char> buffer) {
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EINTR;
  }
  return true;
}

void Connection::use(std::string_view bytes, Instant now) {
  const std::size_t used = reader_.feed(bytes);
  if (reader_.state() == RequestReader::State::Complete) pipelined_.assign(bytes.substr(used));
  after_reading(now);
}

void Connection::after_reading(Instant now) {
  const RequestReader::State state = reader_.state();
  if (state == RequestReader::State::Refused) {
    const Refusal& refusal = reader_.refusal();
    return refuse(refusal.status, refusal.reason, refusal.message, now);
  }
  if (state == RequestReader::State::Complete) {
    phase_ = Phase::Ready;
    deadline_ = Instant::max();
    return;
  }
  if (std::exchange(reader_state_, state) != state) set_reading_deadline(now);
  if (state == RequestReader::State::Body && reader_.take_wish_to_continue()) {
    // The socket's buffer is empty between requests, so this cannot be a partial write.
    const ssize_t sent =
        ::send(socket_.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != ssize_t(kContinue.size())) close();
  }
}

void Connection::set_reading_deadline(Instant now) {
  switch (reader_.state()) {
    case RequestReader::State::Empty:
      deadline_ = now + (served_ ? options_.idle_timeout : options_.head_timeout);
      break;
    case RequestReader::State::Head:
      deadline_ = now + options_.head_timeout;
      break;
    default:
      deadline_ = now + options_.body_timeout;
  }
}

RawRequest Connection::take_request() {
  RawRequest request = reader_.take();
  reader_state_ = RequestReader::State::Empty;
  phase_ = Phase::Working;
  abandoned_ = std::make_shared<std::atomic<bool>>(false);
  request.abandoned = abandoned_;
  return request;
}

void Connection::answer(Answer answer, Instant now) {
  if (phase_ == Phase::Closed) return;
  answer_ = std::move(answer);
  written_ = progress_ = 0;
  phase_ = Phase::Writing;
  deadline_ = now + options_.write_timeout;
  write_on(now);
}

void Connection::refuse(int status, std::string_view reason, std::string_view message,
                        Instant now) {
  metrics_.rejected(reason);
  last_request_ = true;
  reader_.discard();
  Pairs headers;
  if (status == 503) headers.emplace_back("Retry-After", "1");
  answer(refusal_answer(status, message, headers), now);
}

void Connection::begin_stream(Answer answer, std::shared_ptr<StreamBuffer> stream, Instant now) {
  if (phase_ == Phase::Closed) return stream->close();
  stream_ = std::move(stream);
  phase_ = Phase::Streaming;
  answer_ = std::move(answer);
  written_ = progress_ = 0;
  deadline_ = now + options_.write_timeout;
  write_on(now);
}

void Connection::on_stream_news(Instant now) {
  if (phase_ != Phase::Streaming) return;
  if (!stream_->open()) {
    metrics_.rejected("slow_reader");
    return close();
  }
  if (!answer_.head.empty()) return;
  load_events(now);
  if (!answer_.head.empty()) write_on(now);
}

void Connection::load_events(Instant now) {
  stream_->written();
  std::exchange(answer_, {});
  answer_.head = stream_->take();
  written_ = progress_ = 0;
  deadline_ =
      now + (answer_.head.empty() ? options_.event_comment_interval : options_.write_timeout);
}

void Connection::on_writable(Instant now) {
  if (phase_ == Phase::Writing || phase_ == Phase::Streaming) write_on(now);
}

void Connection::write_on(Instant now) {
  const std::size_t head = answer_.head.size();
  const std::size_t total = head + answer_.body.size();
  while (written_ < total) {
    iovec parts[2];
    std::size_t count = 0;
    if (written_ < head) parts[count++] = {answer_.head.data() + written_, head - written_};
    const std::size_t at = written_ > head ? written_ - head : 0;
    if (at < answer_.body.size())
      parts[count++] = {answer_.body.data() + at, answer_.body.size() - at};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) close();
      return;
    }
    written_ += std::size_t(sent);
    if (written_ - progress_ < kProgressBytes) continue;
    progress_ = written_;
    deadline_ = now + options_.write_timeout;
  }
  after_writing(now);
}

void Connection::after_writing(Instant now) {
  if (phase_ == Phase::Streaming) return load_events(now);
  const bool keep = answer_.keep_alive && !last_request_;
  std::exchange(answer_, {});  // Gives its memory back, which assigning would not.
  if (!keep) return linger(now);
  served_ = true;
  phase_ = Phase::Reading;
  set_reading_deadline(now);
  if (!pipelined_.empty()) use(std::exchange(pipelined_, {}), now);
}

void Connection::linger(Instant now) {
  ::shutdown(socket_.get(), SHUT_WR);
  std::exchange(pipelined_, {});
  phase_ = Phase::Lingering;
  deadline_ = now + kLingerTime;
}

void Connection::on_time(Instant now) {
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::Reading:
      if (reader_.state() == RequestReader::State::Empty) return close();
      return refuse(408, "slow", "the request took too long to arrive", now);
    case Phase::Writing:
      metrics_.rejected("slow_reader");
      return close();
    case Phase::Streaming:
      if (!answer_.head.empty()) {
        metrics_.rejected("slow_reader");
        return close();
      }
      // Nobody is left who could send an event.
      if (stream_.use_count() == 1) return close();
      answer_.head = kComment;
      written_ = progress_ = 0;
      deadline_ = now + options_.write_timeout;
      return write_on(now);
    default:
      return close();
  }
}

}  // namespace lapwing::http
