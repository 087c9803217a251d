// Email receiver: SMTP with STARTTLS and login through libcurl, as Alertmanager's email_configs.
// One mail a notification, to all addresses of `to`.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/mail_message.h"
#include "alerting/receivers/texts.h"

namespace lapwing::alerting {
namespace {

constexpr Duration kTimeout = 30s;
constexpr std::size_t kAnswerLimitBytes = 64 * 1024;

struct EmailOptions {
  MailServer server;
  NotificationTemplate to, from, html, text;
  std::vector<std::pair<std::string, NotificationTemplate>> headers;
  bool send_resolved = false;
};

class EmailReceiver final : public Receiver {
 public:
  explicit EmailReceiver(EmailOptions options) : own_(std::move(options)) {}

  std::string_view kind() const override { return "email"; }
  bool send_resolved() const override { return own_.send_resolved; }
  void send(const Notification& notification, const DeliveryContext& context,
            Done done) const override;

 private:
  MailMessage compose(const Notification& notification, Timestamp now, Texts& texts) const;
  Result<http::ClientRequest> request() const;

  const EmailOptions own_;
};

MailMessage EmailReceiver::compose(const Notification& notification, Timestamp now,
                                   Texts& texts) const {
  MailMessage message;
  bool has_to = false;
  bool has_from = false;
  for (const auto& [name, text] : own_.headers) {
    message.headers.emplace_back(name, texts(text));
    has_to = has_to || name == "To";
    has_from = has_from || name == "From";
  }
  if (!has_to) message.headers.emplace_back("To", texts(own_.to));
  if (!has_from) message.headers.emplace_back("From", texts(own_.from));
  // The key names the mail: one that comes twice is the same to mail programs.
  message.headers.emplace_back("Message-Id", "<" + notification.idempotency_key + "@lapwing>");
  message.headers.emplace_back("Date", mail_date(now));
  message.headers.emplace_back("X-Idempotency-Key", notification.idempotency_key);
  if (!own_.text.empty()) message.text = texts(own_.text);
  if (!own_.html.empty()) message.html = texts.html(own_.html);
  return message;
}

Result<http::ClientRequest> EmailReceiver::request() const {
  const MailServer& server = own_.server;
  http::ClientRequest request;
  request.url =
      (server.implicit_tls ? "smtps://" : "smtp://") + server.smarthost + "/" + server.hello;
  request.timeout = kTimeout;
  request.response_limit_bytes = kAnswerLimitBytes;
  request.tls = std::make_shared<const http::TlsOptions>(server.tls);
  if (server.username.empty()) return request;
  const bool by_secret = !server.secret.empty();
  const auto password = (by_secret ? server.secret : server.password).reveal();
  if (!password) return Error(password.error()).in("auth_password");
  request.username = server.username;
  request.password = *password;
  return request;
}

void EmailReceiver::send(const Notification& notification, const DeliveryContext& context,
                         Done done) const {
  Texts texts(notification, context);
  const MailMessage message = compose(notification, context.now, texts);
  const auto to = mail_addresses(texts(own_.to));
  const auto from = mail_addresses(texts(own_.from));
  if (!texts.ok()) return done(texts.failure());
  if (!to) return done({DeliveryOutcome::Rejected, "to: " + to.error().message});
  if (!from) return done({DeliveryOutcome::Rejected, "from: " + from.error().message});
  auto prepared = request();
  if (!prepared) return done({DeliveryOutcome::Retry, prepared.error().message});
  auto envelope = std::make_shared<http::MailEnvelope>();
  envelope->from = from->front();
  envelope->to = *to;
  envelope->require_tls = own_.server.require_tls && !own_.server.implicit_tls;
  if (!own_.server.secret.empty()) envelope->mechanism = "CRAM-MD5";
  prepared->mail = std::move(envelope);
  prepared->body = encode_mail(message, "lapwing-" + notification.idempotency_key);
  context.http(*std::move(prepared),
               [done = std::move(done)](const Result<http::ClientResponse>& answer) {
                 DeliveryResult result;
                 if (answer) {
                   result.receipt = std::to_string(answer->status);
                 } else {
                   result = {DeliveryOutcome::Retry, answer.error().message};
                 }
                 done(std::move(result));
               });
}

MailServer read_server(config::Mapping& map, const MailServer& global) {
  MailServer server = global;
  server.smarthost = map.string("smarthost", global.smarthost);
  if (server.smarthost.empty()) map.error("smarthost", "no global SMTP smarthost set");
  if (!server.smarthost.empty() && server.smarthost.find(':') == std::string::npos)
    map.error("smarthost", "expected host:port");
  server.hello = map.string("hello", global.hello);
  server.username = map.string("auth_username", global.username);
  if (const SecretText own = read_secret(map, "auth_password"); !own.empty()) server.password = own;
  if (const SecretText own = read_secret(map, "auth_secret"); !own.empty()) server.secret = own;
  server.identity = map.string("auth_identity", global.identity);
  server.require_tls = map.flag("require_tls", global.require_tls);
  server.implicit_tls = map.flag("force_implicit_tls", global.implicit_tls);
  map.section("tls_config", [&](config::Mapping& tls) { server.tls = read_tls_options(tls); });
  return server;
}

}  // namespace

ReceiverPointer read_email(config::Mapping& map, const ReceiverGlobals& globals) {
  EmailOptions own;
  own.server = read_server(map, globals.mail);
  own.to = read_text(map, "to");
  if (own.to.empty()) map.error("to", "missing to address in email config");
  own.from = read_text(map, "from", globals.mail.from);
  if (own.from.empty()) map.error("from", "no global SMTP from set");
  own.html = read_text(map, "html", R"({{ template "email.default.html" . }})");
  own.text = read_text(map, "text");
  bool has_subject = false;
  for (const auto& [written, text] : map.string_map("headers")) {
    std::string name = written;
    bool first = true;
    for (char& c : name) {  // Go's canonical form: "message-id" is "Message-Id".
      if (c >= 'a' && c <= 'z' && first)
        c = char(c - 'a' + 'A');
      else if (c >= 'A' && c <= 'Z' && !first)
        c = char(c - 'A' + 'a');
      first = c == '-';
    }
    auto parsed = NotificationTemplate::parse(text);
    if (!parsed) map.error("headers", written + ": " + parsed.error().message);
    has_subject = has_subject || name == "Subject";
    if (parsed) own.headers.emplace_back(name, *std::move(parsed));
  }
  if (!has_subject)
    own.headers.emplace_back(
        "Subject",
        NotificationTemplate::parse(R"({{ template "email.default.subject" . }})").value());
  own.send_resolved = map.flag("send_resolved", false);
  map.not_served({"threading"});
  return std::make_shared<EmailReceiver>(std::move(own));
}

}  // namespace lapwing::alerting
