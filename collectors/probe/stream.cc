#include "collectors/probe/stream.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace lapwing::collectors::probe {

Result<UniqueFd> connect_socket(int type, const Address& to, const std::string& source) {
  UniqueFd fd(::socket(to.storage.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return unavailable(system_error("socket", errno).message);
  if (!source.empty()) {
    const auto from = literal_address(source);
    if (!from) return invalid("Error parsing source ip address: " + source);
    if (::bind(fd.get(), from->get(), from->size) != 0)
      return unavailable(system_error("bind " + source, errno).message);
  }
  if (::connect(fd.get(), to.get(), to.size) != 0 && errno != EINPROGRESS)
    return unavailable(system_error("connect " + to.text(), errno).message);
  return fd;
}

std::shared_ptr<Stream> Stream::open(Reactor& reactor, const Address& to, const std::string& source,
                                     Events events) {
  std::shared_ptr<Stream> stream(new Stream(reactor, std::move(events)));
  Result<UniqueFd> socket = connect_socket(SOCK_STREAM, to, source);
  const std::weak_ptr<Stream> weak = stream;
  if (!socket) {
    reactor.after(std::chrono::nanoseconds(0), [weak, error = socket.error()] {
      if (const auto self = weak.lock()) self->fail(error);
    });
    return stream;
  }
  stream->socket_ = *std::move(socket);
  reactor.watch(stream->socket_.get(), EPOLLOUT, [weak](std::uint32_t ready) {
    if (const auto self = weak.lock()) self->on_ready(ready);
  });
  return stream;
}

Stream::~Stream() { close(); }

void Stream::close() {
  events_ = {};
  if (socket_) reactor_.forget(socket_.get());
  socket_.reset();
}

void Stream::fail(const Error& error) {
  const auto failed = events_.failed;
  close();
  if (failed) failed(error);
}

void Stream::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(unavailable(system_error("connect", error).message));
  connected_ = true;
  reactor_.change(socket_.get(), EPOLLIN);
  if (const auto opened = events_.opened) opened();
}

void Stream::on_ready(std::uint32_t ready) {
  if (!connected_) return on_connected();
  if ((ready & EPOLLOUT) != 0) flush();
  if (socket_ && (ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_some();
}

void Stream::read_some() {
  std::array<char, 16 * 1024> piece{};
  const ssize_t count = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) return fail(unavailable(system_error("read", errno).message));
  if (count > 0) return take({piece.data(), std::size_t(count)});
  reactor_.forget(socket_.get());
  if (tls_ && !tls_told_)
    return fail(unavailable("TLS: the peer closed the connection during the handshake"));
  if (const auto ended = events_.ended) ended();
}

void Stream::take(std::string_view wire) {
  if (!tls_) {
    if (const auto text = events_.text) text(wire);
    return;
  }
  const Result<void> taken = tls_->receive(wire);
  flush();  // also an alert that says why
  if (!taken) return fail(taken.error());
  if (!socket_) return;
  if (tls_->agreed() && !std::exchange(tls_told_, true))
    if (const auto opened = events_.opened) opened();
  if (!socket_ || !tls_->agreed()) return;
  const std::string text = tls_->take_text();
  if (const auto told = events_.text; told && !text.empty()) told(text);
  if (socket_ && tls_->ended())
    if (const auto ended = events_.ended) ended();
}

void Stream::start_tls(const http::TlsOptions& options, const std::string& server_name) {
  auto tls = http::TlsClient::create(options, server_name);
  if (!tls) return fail(tls.error());
  tls_ = *std::move(tls);
  tls_told_ = false;
  flush();
}

void Stream::send(std::string_view text) {
  if (tls_) {
    if (const auto sent = tls_->send(text); !sent) return fail(sent.error());
  } else {
    out_.append(text);
  }
  flush();
}

void Stream::flush() {
  if (tls_) out_ += tls_->take_wire();
  while (socket_ && !out_.empty()) {
    const ssize_t sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return reactor_.change(socket_.get(), EPOLLIN | EPOLLOUT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(unavailable(system_error("write", errno).message));
    out_.erase(0, std::size_t(sent));
  }
  if (socket_) reactor_.change(socket_.get(), EPOLLIN);
}

}  // namespace lapwing::collectors::probe
