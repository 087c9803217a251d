// The DNS probe: one question over UDP, TCP or TLS, and what is asked of the answer.
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "collectors/probe/dns_check.h"
#include "collectors/probe/dns_message.h"
#include "collectors/probe/probe.h"
#include "collectors/probe/stream.h"

namespace lapwing::collectors::probe {
namespace {

constexpr Gauge kDuration{"probe_dns_duration_seconds", "Duration of DNS request by phase"};
constexpr Gauge kAnswers{"probe_dns_answer_rrs",
                         "Returns number of entries in the answer resource record list"};
constexpr Gauge kAuthorities{"probe_dns_authority_rrs",
                             "Returns number of entries in the authority resource record list"};
constexpr Gauge kAdditionals{"probe_dns_additional_rrs",
                             "Returns number of entries in the additional resource record list"};
constexpr Gauge kSucceeded{"probe_dns_query_succeeded",
                           "Displays whether or not the query was executed successfully"};
constexpr Gauge kSerial{"probe_dns_serial", "Returns the serial number of the zone"};

std::uint16_t random_id() {
  std::uint16_t id = 0;
  (void)::getrandom(&id, sizeof id, GRND_NONBLOCK);
  return id;
}

class DnsProbe final : public Probe {
 public:
  using Probe::Probe;

 private:
  const DnsModule& dns() const { return module_.dns; }

  void begin() override {
    for (const char* phase : {"resolve", "connect", "request"})
      page_.set(kDuration, {{"phase", phase}}, 0);
    for (const Gauge* gauge : {&kAnswers, &kAuthorities, &kAdditionals, &kSucceeded})
      page_.set(*gauge, 0);
    auto target = split_host_port(request_.target);
    if (!target) target = {request_.target, dns().tls ? 853 : 53};
    server_name_ = target->first;
    resolve(target->first, dns().address,
            [this, port = target->second](Address address, double seconds) {
              page_.set(kDuration, {{"phase", "resolve"}}, seconds);
              address.set_port(port);
              ask(address);
            });
  }

  void ask(const Address& address) {
    id_ = random_id();
    const Result<std::string> query = dns_query(
        {id_, dns().query_name, dns().query_type, dns().query_class, dns().recursion_desired});
    if (!query) return fail(query.error().message);
    query_ = *query;
    begin_phase("connect");
    if (dns().tcp) return ask_stream(address);
    Result<UniqueFd> socket = connect_socket(SOCK_DGRAM, address, dns().address.source);
    if (!socket) return fail("Error while sending a DNS query: " + socket.error().message);
    socket_ = *std::move(socket);
    begin_phase("request");
    if (::send(socket_.get(), query_.data(), query_.size(), MSG_NOSIGNAL) < 0)
      return fail_exchange(system_error("send", errno).message);
    tools_.reactor.watch(socket_.get(), EPOLLIN,
                         [self = shared_from_this(), this](std::uint32_t) { take_datagram(); });
  }

  /// Until the question is sent, TLS included, it is "connect".
  void begin_phase(const char* name) {
    end_phase();
    phase_ = name;
    phase_began_ = tools_.clock.monotonic();
  }

  void end_phase() {
    if (phase_ != nullptr)
      page_.set(kDuration, {{"phase", std::exchange(phase_, nullptr)}},
                seconds_since(phase_began_));
  }

  void ask_stream(const Address& address) {
    stream_ =
        Stream::open(tools_.reactor, address, dns().address.source,
                     {.opened = [this] { on_opened(); },
                      .text = [this](std::string_view text) { take_stream(text); },
                      .ended = [this] { fail_exchange("the server closed the connection"); },
                      .failed = [this](const Error& error) { fail_exchange(error.message); }});
  }

  void on_opened() {
    if (dns().tls && !agreed_) {
      agreed_ = true;
      return stream_->start_tls(dns().tls_options, server_name_);
    }
    begin_phase("request");
    const std::string size{char(query_.size() >> 8), char(query_.size() & 0xff)};
    stream_->send(size + query_);
  }

  void take_stream(std::string_view text) {
    received_.append(text);
    if (received_.size() < 2) return;
    const std::size_t size = std::size_t(static_cast<unsigned char>(received_[0])) << 8 |
                             static_cast<unsigned char>(received_[1]);
    if (received_.size() >= size + 2) take_answer(std::string_view(received_).substr(2, size));
  }

  void take_datagram() {
    std::array<char, 65'536> bytes;
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) return fail_exchange(system_error("read", errno).message);
    take_answer({bytes.data(), std::size_t(count)});
  }

  void fail_exchange(const std::string& why) { fail("Error while sending a DNS query: " + why); }

  void take_answer(std::string_view bytes) {
    const Result<DnsMessage> message = parse_dns_message(bytes);
    // What answers another question may come from anybody.
    if (message && (message->id != id_ || !message->is_answer)) return;
    if (!message) return fail_exchange(message.error().message);
    end_phase();
    page_.set(kSucceeded, 1);
    page_.set(kAnswers, double(message->answer.size()));
    page_.set(kAuthorities, double(message->authority.size()));
    page_.set(kAdditionals, double(message->additional.size()));
    if (dns().query_type == kDnsTypeSoa) {
      page_.set(kSerial, 0);
      for (const DnsRecord& record : message->answer)
        if (record.serial) page_.set(kSerial, *record.serial);
    }
    const Result<void> sound = check_dns_answer(*message, dns());
    if (!sound) return fail(sound.error().message);
    finish(true);
  }

  void release() override {
    end_phase();  // the deadline may have passed in the middle of one
    if (stream_) stream_->close();
    if (socket_) tools_.reactor.forget(socket_.get());
    socket_.reset();
  }

  std::string server_name_;
  std::uint16_t id_ = 0;
  std::string query_;
  const char* phase_ = nullptr;
  std::chrono::nanoseconds phase_began_{};
  UniqueFd socket_;
  std::shared_ptr<Stream> stream_;
  bool agreed_ = false;  // TLS has begun
  std::string received_;
};

}  // namespace

std::shared_ptr<Probe> make_dns_probe(const ProbeTools& tools, ProbeRequest request,
                                      Probe::Done done) {
  return std::make_shared<DnsProbe>(tools, std::move(request), std::move(done));
}

}  // namespace lapwing::collectors::probe
