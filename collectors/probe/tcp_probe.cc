// The TCP probe: connects, agrees on TLS where asked to, holds the conversation.
#include "collectors/probe/dialogue.h"
#include "collectors/probe/probe.h"
#include "collectors/probe/stream.h"
#include "collectors/probe/tls_gauges.h"

namespace lapwing::collectors::probe {
namespace {

constexpr Gauge kDueToRegex{"probe_failed_due_to_regex", "Indicates if probe failed due to regex"};
constexpr Gauge kDueToBytes{"probe_failed_due_to_bytes", "Indicates if probe failed due to bytes"};
constexpr Gauge kExpectInfo{"probe_expect_info", "Explicit content matched"};

class TcpProbe final : public Probe {
 public:
  TcpProbe(const ProbeTools& tools, ProbeRequest request, Done done)
      : Probe(tools, std::move(request), std::move(done)), dialogue_(module_.tcp.query_response) {}

 private:
  void begin() override {
    const auto target = split_host_port(request_.target);
    if (!target) return fail("Error splitting target address and port: " + request_.target);
    server_name_ = target->first;
    if (!request_.hostname.empty()) server_name_ = request_.hostname;
    resolve(target->first, module_.tcp.address,
            [this, port = target->second](Address address, double) {
              address.set_port(port);
              connect(address);
            });
  }

  void connect(const Address& address) {
    // The Stream goes with the probe: its events find it alive.
    stream_ =
        Stream::open(tools_.reactor, address, module_.tcp.address.source,
                     {.opened = [this] { on_opened(); },
                      .text =
                          [this](std::string_view text) {
                            if (talking_) dialogue_.receive(text);
                            go_on();
                          },
                      .ended =
                          [this] {
                            dialogue_.end();
                            go_on();
                          },
                      .failed =
                          [this](const Error& error) {
                            tell_outcome();
                            fail((talking_ ? "Error on the connection: " : "Error dialing TCP: ") +
                                 error.message);
                          }});
  }

  void on_opened() {
    const auto self = shared_from_this();
    if (module_.tcp.tls && !agreed_) {
      agreed_ = true;
      in_tls_ = true;
      return stream_->start_tls(module_.tcp.tls_options, server_name_);
    }
    if (in_tls_) set_tls_gauges(page_, stream_->facts(), Cipher::LeftOut);
    dialled_ = talking_ = true;
    tell_outcome();
    go_on();
  }

  void go_on() {
    const auto self = shared_from_this();
    while (!over() && talking_) {
      switch (dialogue_.next()) {
        case Dialogue::Want::Text:
          return tell_outcome();
        case Dialogue::Want::Send:
          note("DEBUG", "Sending line: " + dialogue_.to_send());
          stream_->send(dialogue_.to_send());
          break;
        case Dialogue::Want::StartTls:
          talking_ = false;
          in_tls_ = true;
          return stream_->start_tls(module_.tcp.tls_options, server_name_);
        case Dialogue::Want::Done:
          tell_outcome();
          return finish(true);
        case Dialogue::Want::Failed:
          tell_outcome();
          return fail(dialogue_.reason());
      }
    }
  }

  void tell_outcome() {
    if (!dialled_) return;
    page_.set(kDueToRegex, dialogue_.failed_due_to_regex() ? 1 : 0);
    page_.set(kDueToBytes, dialogue_.failed_due_to_bytes() ? 1 : 0);
    if (!dialogue_.expect_labels().empty()) page_.set(kExpectInfo, dialogue_.expect_labels(), 1);
  }

  void release() override {
    if (stream_) stream_->close();
  }

  Dialogue dialogue_;
  std::shared_ptr<Stream> stream_;
  std::string server_name_;
  bool agreed_ = false;
  bool in_tls_ = false;
  bool dialled_ = false;
  bool talking_ = false;
};

}  // namespace

std::shared_ptr<Probe> make_tcp_probe(const ProbeTools& tools, ProbeRequest request,
                                      Probe::Done done) {
  return std::make_shared<TcpProbe>(tools, std::move(request), std::move(done));
}

}  // namespace lapwing::collectors::probe
