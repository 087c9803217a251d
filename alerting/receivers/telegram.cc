// Telegram receiver: sendMessage of the bot API (core.telegram.org/bots/api#sendmessage), as
// Alertmanager's telegram_configs.
#include "agent/base/json_value.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTextLimit = 4096;

struct TelegramOptions {
  std::string api_url;
  SecretText token;
  SecretText chat;
  std::int64_t thread = 0;
  NotificationTemplate message;
  std::string parse_mode;
  bool silent = false;
};

DeliveryResult judge_telegram(const http::ClientResponse& answer) {
  const auto json = parse_json(answer.body);
  const JsonValue* ok = json ? json->find("ok") : nullptr;
  if (ok != nullptr && ok->boolean) return accepted(answer);
  return {DeliveryOutcome::Rejected, "not taken: " + answer.body.substr(0, 200)};
}

class TelegramReceiver final : public PostReceiver {
 public:
  TelegramReceiver(Options common, TelegramOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override {
    const auto token = own_.token.reveal();
    if (!token) return Error(token.error()).in("bot_token");
    const auto chat = own_.chat.reveal();
    if (!chat) return Error(chat.error()).in("chat_id");
    Post post{own_.api_url + "/bot" + *token + "/sendMessage", {}};
    JsonWriter json(post.body);
    json.begin_object().key("chat_id").string(*chat);
    const bool page = own_.parse_mode == "HTML";
    json.key("text").string(
        cut_text(page ? texts.html(own_.message) : texts(own_.message), kTextLimit));
    if (!own_.parse_mode.empty()) json.key("parse_mode").string(own_.parse_mode);
    json.key("disable_web_page_preview").boolean(true);
    if (own_.silent) json.key("disable_notification").boolean(true);
    if (own_.thread != 0) json.key("message_thread_id").integer(own_.thread);
    json.end_object();
    return post;
  }
  JudgeBody judge_body() const override { return &judge_telegram; }

  const TelegramOptions own_;
};

}  // namespace

ReceiverPointer read_telegram(config::Mapping& map, const ReceiverGlobals& globals) {
  TelegramOptions own;
  own.api_url = map.string("api_url", globals.telegram_api_url);
  while (own.api_url.ends_with('/')) own.api_url.pop_back();
  own.token = read_secret(map, "bot_token");
  if (map.has("token")) own.token = read_secret(map, "token");
  if (own.token.empty()) own.token = globals.telegram_bot_token;
  if (own.token.empty()) map.error("bot_token", "missing bot_token on telegram_config");
  own.chat = read_secret(map, "chat_id");
  if (map.has("chat")) own.chat = read_secret(map, "chat");
  if (own.chat.empty()) map.error("chat_id", "missing chat_id on telegram_config");
  own.thread = map.integer("message_thread_id", 0, 0, std::numeric_limits<std::int64_t>::max());
  own.message = read_text(map, "message", R"({{ template "telegram.default.message" . }})");
  own.parse_mode = map.choice("parse_mode", "HTML", {"", "Markdown", "MarkdownV2", "HTML"});
  own.silent = map.flag("disable_notifications", false);
  return std::make_shared<TelegramReceiver>(
      PostReceiver::read_options(map, globals, "telegram", true), std::move(own));
}

}  // namespace lapwing::alerting
