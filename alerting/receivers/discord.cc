// Discord receiver: execute webhook (discord.com/developers/docs/resources/webhook), as
// Alertmanager's discord_configs.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

// Discord's own limits, in code points.
constexpr std::size_t kTitleLimit = 256;
constexpr std::size_t kDescriptionLimit = 4096;
constexpr std::size_t kContentLimit = 2000;
constexpr int kRed = 0x992D22;
constexpr int kGreen = 0x2ECC71;

struct DiscordOptions {
  SecretText url;
  NotificationTemplate content, title, message;
  std::string username;
  std::string avatar_url;
};

class DiscordReceiver final : public PostReceiver {
 public:
  DiscordReceiver(Options common, DiscordOptions options)
      : PostReceiver(std::move(common)), own_(std::move(options)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override {
    auto url = own_.url.reveal();
    if (!url) return Error(url.error()).in("webhook_url");
    Post post{*std::move(url), {}};
    JsonWriter json(post.body);
    json.begin_object().key("content").string(cut_text(texts(own_.content), kContentLimit));
    json.key("embeds").begin_array().begin_object();
    json.key("title").string(cut_text(texts(own_.title), kTitleLimit));
    json.key("description").string(cut_text(texts(own_.message), kDescriptionLimit));
    json.key("color").integer(texts.firing() ? kRed : kGreen).end_object().end_array();
    if (!own_.username.empty()) json.key("username").string(own_.username);
    if (!own_.avatar_url.empty()) json.key("avatar_url").string(own_.avatar_url);
    json.end_object();
    return post;
  }

  const DiscordOptions own_;
};

}  // namespace

ReceiverPointer read_discord(config::Mapping& map, const ReceiverGlobals& globals) {
  DiscordOptions own;
  own.url = read_secret(map, "webhook_url");
  if (own.url.empty())
    map.error("webhook_url", "one of webhook_url or webhook_url_file must be configured");
  own.content = read_text(map, "content", R"({{ template "discord.default.content" . }})");
  own.title = read_text(map, "title", R"({{ template "discord.default.title" . }})");
  own.message = read_text(map, "message", R"({{ template "discord.default.message" . }})");
  own.username = map.string("username");
  own.avatar_url = map.string("avatar_url");
  return std::make_shared<DiscordReceiver>(
      PostReceiver::read_options(map, globals, "discord", true), std::move(own));
}

}  // namespace lapwing::alerting
