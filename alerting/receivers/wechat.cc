// WeCom application receiver (developer.work.weixin.qq.com/document/path/90236), as Alertmanager's
// wechat_configs: a token by the corporation's secret, kept until it ends, then the message.
#include <mutex>

#include "agent/base/json_value.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr double kTooMany = 45009;
constexpr Duration kTokenLife = 2h;
// Codes that mean: this token is none (any more).
constexpr int kTokenInvalid = 40014;
constexpr int kTokenExpired = 42001;

struct WechatOptions {
  std::string api_url;
  std::string corp_id;
  SecretText secret;
  NotificationTemplate message, to_user, to_party, to_tag, agent_id;
  bool markdown = false;
};

/// Shared with answers that are still to come.
struct Token {
  std::mutex mutex;
  std::string value;  // guarded by mutex, as all
  Timestamp ends_at{};
};

class WechatReceiver final : public Receiver {
 public:
  WechatReceiver(bool send_resolved, HttpConfig http, WechatOptions options)
      : send_resolved_(send_resolved), http_(std::move(http)), own_(std::move(options)) {}

  std::string_view kind() const override { return "wechat"; }
  bool send_resolved() const override { return send_resolved_; }
  void send(const Notification& notification, const DeliveryContext& context,
            Done done) const override;

 private:
  std::string compose(Texts& texts) const;
  static void send_message(http::ClientRequest request, const std::string& url,
                           const std::shared_ptr<Token>& token, const HttpSender& http, Done done);

  const bool send_resolved_;
  const HttpConfig http_;
  const WechatOptions own_;
  const std::shared_ptr<Token> token_ = std::make_shared<Token>();
};

std::string WechatReceiver::compose(Texts& texts) const {
  std::string body;
  JsonWriter json(body);
  const std::string_view type = own_.markdown ? "markdown" : "text";
  json.begin_object();
  json.key(type).begin_object().key("content").string(texts(own_.message)).end_object();
  texts.member(json, "touser", own_.to_user);
  texts.member(json, "toparty", own_.to_party);
  texts.member(json, "totag", own_.to_tag);
  texts.member(json, "agentid", own_.agent_id);
  json.key("safe").string("0").key("msgtype").string(type).end_object();
  return body;
}

void WechatReceiver::send_message(http::ClientRequest request, const std::string& url,
                                  const std::shared_ptr<Token>& token, const HttpSender& http,
                                  Done done) {
  {
    const std::lock_guard lock(token->mutex);
    request.url = url + "message/send?access_token=" + query_text(token->value);
  }
  http(std::move(request),
       [token, done = std::move(done)](const Result<http::ClientResponse>& answer) {
         DeliveryResult result = judge(answer);
         if (result.outcome != DeliveryOutcome::Delivered) return done(std::move(result));
         result = judge_code(*answer, "errcode", "errmsg", kTooMany);
         const auto json = parse_json(answer->body);
         const JsonValue* code = json ? json->find("errcode") : nullptr;
         if (code != nullptr && (code->number == kTokenInvalid || code->number == kTokenExpired)) {
           const std::lock_guard lock(token->mutex);
           token->value.clear();  // The next attempt asks for another.
           result.outcome = DeliveryOutcome::Retry;
         }
         done(std::move(result));
       });
}

void WechatReceiver::send(const Notification& notification, const DeliveryContext& context,
                          Done done) const {
  Texts texts(notification, context);
  std::string body = compose(texts);
  if (!texts.ok()) return done(texts.failure());
  auto message = post_request(http_, own_.api_url, notification);
  if (!message) return done({DeliveryOutcome::Retry, message.error().message});
  http::ClientRequest ask = *message;
  message->body = std::move(body);
  bool valid = false;
  {
    const std::lock_guard lock(token_->mutex);
    valid = !token_->value.empty() && context.now < token_->ends_at;
  }
  if (valid)
    return send_message(*std::move(message), own_.api_url, token_, context.http, std::move(done));
  const auto secret = own_.secret.reveal();
  if (!secret) return done({DeliveryOutcome::Retry, "api_secret: " + secret.error().message});
  ask.method = "GET";
  ask.url = own_.api_url + "gettoken?corpid=" + query_text(own_.corp_id) +
            "&corpsecret=" + query_text(*secret);
  context.http(std::move(ask), [message = *std::move(message), url = own_.api_url, token = token_,
                                http = context.http, now = context.now, done = std::move(done)](
                                   const Result<http::ClientResponse>& answer) {
    DeliveryResult result = judge(answer);
    if (result.outcome != DeliveryOutcome::Delivered) return done(std::move(result));
    const auto json = parse_json(answer->body);
    const std::string_view value = json ? json->string_at("access_token") : std::string_view();
    if (value.empty()) {
      result = judge_code(*answer, "errcode", "errmsg", kTooMany);
      result.outcome = DeliveryOutcome::Retry;
      if (result.error.empty()) result.error = "the answer has no access_token";
      return done(std::move(result));
    }
    {
      const std::lock_guard lock(token->mutex);
      token->value = value;
      token->ends_at = now + kTokenLife;
    }
    send_message(message, url, token, http, done);
  });
}

}  // namespace

ReceiverPointer read_wechat(config::Mapping& map, const ReceiverGlobals& globals) {
  WechatOptions own;
  own.api_url = map.string("api_url", globals.wechat_api_url);
  if (!own.api_url.ends_with('/')) own.api_url += '/';
  own.corp_id = map.string("corp_id", globals.wechat_api_corp_id);
  if (own.corp_id.empty()) map.error("corp_id", "no global Wechat CorpID set");
  own.secret = read_secret(map, "api_secret");
  if (own.secret.empty()) own.secret = globals.wechat_api_secret;
  if (own.secret.empty()) map.error("api_secret", "no global Wechat Api Secret set");
  own.message = read_text(map, "message", R"({{ template "wechat.default.message" . }})");
  own.to_user = read_text(map, "to_user", R"({{ template "wechat.default.to_user" . }})");
  own.to_party = read_text(map, "to_party", R"({{ template "wechat.default.to_party" . }})");
  own.to_tag = read_text(map, "to_tag", R"({{ template "wechat.default.to_tag" . }})");
  own.agent_id = read_text(map, "agent_id", R"({{ template "wechat.default.agent_id" . }})");
  own.markdown = map.choice("message_type", "text", {"text", "markdown"}) == "markdown";
  const bool send_resolved = map.flag("send_resolved", false);
  return std::make_shared<WechatReceiver>(send_resolved, read_http_config(map, globals.http),
                                          std::move(own));
}

}  // namespace lapwing::alerting
