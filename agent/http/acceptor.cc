// Level-triggered epoll(7). One pass of turn() touches only connections that have news, except
// when a deadline has come: then all are looked at.
#include "agent/http/acceptor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "agent/http/event_stream.h"
#include "agent/http/listener.h"

namespace lapwing::http {
namespace {

constexpr std::uint64_t kMailboxToken = 0;
constexpr ConnectionId kFirstConnection = 64;  // Tokens before it are the listeners'.
constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr int kEventsPerTurn = 128;
constexpr int kAcceptsPerTurn = 64;
/// Connections past the limit that are told 503; those past this too are closed without a word.
constexpr std::size_t kRefusedAtOnce = 64;
constexpr Duration kListeningPause = 200ms;

}  // namespace

Acceptor::Acceptor(const ServerOptions& options, std::vector<UniqueFd> listeners,
                   std::shared_ptr<Mailbox> mailbox, Submit submit, ServerMetrics& metrics,
                   const Clock& clock, Log& log)
    : options_(options),
      listeners_(std::move(listeners)),
      mailbox_(std::move(mailbox)),
      submit_(std::move(submit)),
      metrics_(metrics),
      clock_(clock),
      log_(log),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      next_id_(kFirstConnection),
      scratch_(kScratchBytes),
      stop_by_(Instant::max().count()) {
  watch(mailbox_->fd(), kMailboxToken);
  resume_listening();
}

Acceptor::~Acceptor() = default;

void Acceptor::watch(int fd, std::uint64_t token) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = token;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void Acceptor::resume_listening() {
  listen_again_ = Instant::max();
  for (std::size_t i = 0; i < listeners_.size(); ++i) watch(listeners_[i].get(), i + 1);
}

void Acceptor::pause_listening(Instant now) {
  for (const UniqueFd& listener : listeners_)
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener.get(), nullptr);
  listen_again_ = now + kListeningPause;
}

void Acceptor::stop(Duration patience) {
  stop_by_ = (clock_.monotonic() + patience).count();
  mailbox_->wake();
}

int Acceptor::timeout_millis(Instant now) const {
  const Instant due = std::min({next_deadline_, listen_again_, Instant(stop_by_.load())});
  if (due == Instant::max()) return -1;
  if (due <= now) return 0;
  // Rounded up: waking before the deadline would only spin.
  return int(std::min<std::int64_t>((due - now).count() / 1'000'000 + 1, 60'000));
}

bool Acceptor::turn() {
  epoll_event events[kEventsPerTurn];
  const int count =
      ::epoll_wait(epoll_.get(), events, kEventsPerTurn, timeout_millis(clock_.monotonic()));
  const Instant now = clock_.monotonic();
  for (int i = 0; i < count; ++i) {
    const std::uint64_t token = events[i].data.u64;
    if (token == kMailboxToken)
      read_mail(now);
    else if (token < kFirstConnection)
      accept_some(int(token) - 1, now);
    else
      on_event(token, events[i].events, now);
  }
  if (now >= listen_again_ && !stopping_) resume_listening();
  if (now >= next_deadline_) check_deadlines(now);
  metrics_.connections(connections_.size());
  metrics_.event_streams(mailbox_->streams);
  metrics_.buffered_bytes(buffered_ + mailbox_->request_bytes);
  const Instant stop_by(stop_by_.load());
  if (stop_by == Instant::max()) return true;
  if (!std::exchange(stopping_, true)) begin_stop();
  if (!connections_.empty() && now < stop_by) return true;
  for (auto& [id, entry] : connections_) entry.connection->close();
  connections_.clear();
  metrics_.connections(0);
  return false;
}

void Acceptor::begin_stop() {
  listeners_.clear();
  listen_again_ = Instant::max();
  std::vector<ConnectionId> idle;
  for (auto& [id, entry] : connections_) {
    const Connection::Phase phase = entry.connection->phase();
    if (phase == Connection::Phase::Working || phase == Connection::Phase::Writing)
      entry.connection->finish_soon();
    else
      idle.push_back(id);
  }
  for (const ConnectionId id : idle) remove(id, connections_.at(id));
}

void Acceptor::accept_some(int listener, Instant now) {
  if (std::size_t(listener) >= listeners_.size()) return;
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    UniqueFd socket(::accept4(listeners_[std::size_t(listener)].get(),
                              reinterpret_cast<sockaddr*>(&address), &length,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      add(std::move(socket), address_text(&address), now);
      continue;
    }
    if (errno == EAGAIN) return;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      metrics_.rejected("descriptors");
      return pause_listening(now);
    }
    // What remains is about one peer that has gone already (accept(2)): the next one, please.
  }
}

void Acceptor::add(UniqueFd socket, std::string peer, Instant now) {
  std::string_view reason;
  if (connections_.size() >= options_.connection_limit) reason = "connections";
  if (const auto found = by_peer_.find(peer); reason.empty() && found != by_peer_.end() &&
                                              found->second >= options_.connection_limit_per_peer)
    reason = "connections_per_peer";
  if (!reason.empty() && connections_.size() >= options_.connection_limit + kRefusedAtOnce) {
    metrics_.rejected(reason);
    return;
  }
  const ConnectionId id = next_id_++;
  Entry& entry = connections_[id];
  entry.connection =
      std::make_unique<Connection>(std::move(socket), std::move(peer), options_, metrics_, now);
  entry.counted = reason.empty();
  if (entry.counted) ++by_peer_[entry.connection->peer()];
  entry.events = EPOLLIN;
  if (!reason.empty())
    log_.debug("http: {} has to wait: too many connections", entry.connection->peer());
  watch(entry.connection->fd(), id);
  if (!reason.empty()) entry.connection->refuse(503, reason, "too many connections", now);
  settle(id, entry, now);
}

void Acceptor::on_event(ConnectionId id, std::uint32_t events, Instant now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = *found->second.connection;
  const std::uint32_t wanted = connection.wanted_events();
  // News while a worker is at the request (more requests, an end) can wait: they would come again
  // and again.
  if (connection.phase() == Connection::Phase::Working) found->second.stays_watched = false;
  if ((events & EPOLLOUT) != 0) connection.on_writable(now);
  if ((events & wanted & EPOLLIN) != 0)
    connection.on_readable(scratch_, now);
  else if ((events & wanted & EPOLLRDHUP) != 0 && (events & (EPOLLHUP | EPOLLERR)) == 0)
    connection.on_peer_finished();
  else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
    connection.on_hangup();
  settle(id, found->second, now);
}

void Acceptor::read_mail(Instant now) {
  for (Letter& letter : mailbox_->collect()) {
    const auto found = connections_.find(letter.connection);
    if (found == connections_.end()) {
      if (letter.stream) letter.stream->close();
      continue;
    }
    Connection& connection = *found->second.connection;
    if (letter.stream)
      connection.begin_stream(std::move(letter.answer), std::move(letter.stream), now);
    else if (letter.answer.head.empty())
      connection.on_stream_news(now);
    else
      connection.answer(std::move(letter.answer), now);
    settle(letter.connection, found->second, now);
  }
}

void Acceptor::settle(ConnectionId id, Entry& entry, Instant now) {
  Connection& connection = *entry.connection;
  if (connection.phase() == Connection::Phase::Ready) {
    if (const std::string_view full = submit_(id, connection.take_request(), connection.peer());
        !full.empty())
      connection.refuse(503, full, "too many requests are waiting", now);
  }
  buffered_ += connection.buffered_bytes() - entry.buffered;
  entry.buffered = connection.buffered_bytes();
  if (connection.phase() == Connection::Phase::Reading && entry.buffered > kScratchBytes &&
      buffered_ + mailbox_->request_bytes > options_.buffer_limit_bytes) {
    connection.refuse(503, "memory", "too many bytes are waiting", now);
    buffered_ += connection.buffered_bytes() - entry.buffered;
    entry.buffered = connection.buffered_bytes();
  }
  if (connection.phase() == Connection::Phase::Closed ||
      (stopping_ && connection.phase() == Connection::Phase::Lingering))
    return remove(id, entry);
  next_deadline_ = std::min(next_deadline_, connection.deadline());
  // Most peers send nothing while they wait: watching on saves two system calls a request.
  const bool stays = connection.phase() == Connection::Phase::Working && entry.stays_watched;
  if (const std::uint32_t wanted = connection.wanted_events(); wanted != entry.events && !stays) {
    entry.stays_watched = true;
    epoll_event event{};
    event.events = entry.events = wanted;
    event.data.u64 = id;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.fd(), &event);
  }
}

void Acceptor::remove(ConnectionId id, Entry& entry) {
  buffered_ -= entry.buffered;
  if (entry.counted) {
    const auto found = by_peer_.find(entry.connection->peer());
    if (--found->second == 0) by_peer_.erase(found);
  }
  entry.connection->close();
  connections_.erase(id);
}

void Acceptor::check_deadlines(Instant now) {
  next_deadline_ = Instant::max();
  std::vector<ConnectionId> due;
  for (const auto& [id, entry] : connections_) {
    if (entry.connection->deadline() <= now)
      due.push_back(id);
    else
      next_deadline_ = std::min(next_deadline_, entry.connection->deadline());
  }
  for (const ConnectionId id : due) {
    Entry& entry = connections_.at(id);
    entry.connection->on_time(now);
    settle(id, entry, now);
  }
}

}  // namespace lapwing::http
