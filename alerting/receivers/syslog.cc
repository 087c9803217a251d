// Syslog receiver: one line to the local syslog daemon (RFC 3164's form, as syslog(3) writes it) or
// one entry with fields to systemd's journal (systemd.io/JOURNAL_NATIVE_PROTOCOL). Ours.
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <ctime>

#include "agent/base/file.h"
#include "alerting/receivers/http_config.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/texts.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTextLimit = 4096;
constexpr std::array<std::string_view, 8> kSeverities = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};
constexpr int kDaemonFacility = 3;
constexpr int kLocal0Facility = 16;

struct SyslogOptions {
  std::string socket;
  std::string identifier;
  int facility = kDaemonFacility;
  int firing = 3;
  int resolved = 5;
  NotificationTemplate text;
  bool journal = false;
  bool send_resolved = true;
};

std::string time_text(Timestamp now) {
  const std::time_t seconds = to_millis(now) / 1000;
  std::tm local{};
  std::array<char, 32> text{};
  // The daemon reads local time in English.
  if (localtime_r(&seconds, &local) == nullptr) return "";
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::snprintf(text.data(), text.size(), "%s %2d %02d:%02d:%02d",
                kMonths.at(std::size_t(local.tm_mon)), local.tm_mday, local.tm_hour, local.tm_min,
                local.tm_sec);
  return text.data();
}

void add_field(std::string& entry, std::string_view name, std::string_view value) {
  entry += name;
  if (value.find('\n') == std::string_view::npos) {
    entry.append("=").append(value).append("\n");
    return;
  }
  entry += '\n';
  for (int i = 0; i < 8; ++i) entry += char(std::uint64_t(value.size()) >> (8 * i));
  entry.append(value).append("\n");
}

class SyslogReceiver final : public Receiver {
 public:
  explicit SyslogReceiver(SyslogOptions options) : own_(std::move(options)) {}

  std::string_view kind() const override { return own_.journal ? "journal" : "syslog"; }
  bool send_resolved() const override { return own_.send_resolved; }

  void send(const Notification& notification, const DeliveryContext& context,
            Done done) const override {
    Texts texts(notification, context);
    const std::string text = cut_text(texts(own_.text), kTextLimit);
    if (!texts.ok()) return done(texts.failure());
    const int severity = texts.firing() ? own_.firing : own_.resolved;
    done(write(own_.journal ? journal_entry(notification, text, severity)
                            : line(text, severity, context.now)));
  }

 private:
  std::string line(std::string text, int severity, Timestamp now) const {
    for (char& c : text)
      if (c == '\n' || c == '\0') c = ' ';
    return "<" + std::to_string(own_.facility * 8 + severity) + ">" + time_text(now) + " " +
           own_.identifier + ": " + text;
  }

  std::string journal_entry(const Notification& notification, const std::string& text,
                            int severity) const {
    std::string entry;
    add_field(entry, "MESSAGE", text);
    add_field(entry, "PRIORITY", std::to_string(severity));
    add_field(entry, "SYSLOG_FACILITY", std::to_string(own_.facility));
    add_field(entry, "SYSLOG_IDENTIFIER", own_.identifier);
    add_field(entry, "LAPWING_STATUS", notification.any_firing() ? "firing" : "resolved");
    add_field(entry, "LAPWING_GROUP_KEY", notification.key.group_key);
    add_field(entry, "LAPWING_IDEMPOTENCY_KEY", notification.idempotency_key);
    return entry;
  }

  /// A datagram to a local daemon is taken at once or not at all.
  DeliveryResult write(const std::string& datagram) const {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, own_.socket.data(), own_.socket.size());
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    if (::sendto(socket.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL, to,
                 sizeof address) >= 0)
      return {};
    return {DeliveryOutcome::Retry, system_error("send to " + own_.socket, errno).message};
  }

  const SyslogOptions own_;
};

int read_severity(config::Mapping& map, std::string_view key, int fallback) {
  const std::string text = map.string(key, std::string(kSeverities.at(std::size_t(fallback))));
  for (std::size_t i = 0; i < kSeverities.size(); ++i)
    if (kSeverities.at(i) == text) return int(i);
  map.error(key, "expected one of emerg, alert, crit, err, warning, notice, info, debug");
  return fallback;
}

int read_facility(config::Mapping& map) {
  const std::string text = map.string("facility", "daemon");
  if (text == "user") return 1;
  if (text == "daemon") return kDaemonFacility;
  if (text.size() == 6 && text.starts_with("local") && text[5] >= '0' && text[5] <= '7')
    return kLocal0Facility + (text[5] - '0');
  map.error("facility", "expected user, daemon, or local0 to local7");
  return kDaemonFacility;
}

}  // namespace

ReceiverPointer read_syslog(config::Mapping& map, const ReceiverGlobals&) {
  SyslogOptions own;
  own.journal = map.choice("protocol", "syslog", {"syslog", "journal"}) == "journal";
  own.socket = map.path("socket", own.journal ? "/run/systemd/journal/socket" : "/dev/log");
  if (own.socket.size() >= sizeof(sockaddr_un::sun_path))
    map.error("socket", "the path is too long for a socket");
  own.identifier = map.string("identifier", "lapwing");
  own.facility = read_facility(map);
  own.firing = read_severity(map, "severity", own.firing);
  own.resolved = read_severity(map, "resolved_severity", own.resolved);
  own.text = read_text(map, "text", R"({{ template "pushover.default.title" . }})");
  own.send_resolved = map.flag("send_resolved", true);
  return std::make_shared<SyslogReceiver>(std::move(own));
}

}  // namespace lapwing::alerting
