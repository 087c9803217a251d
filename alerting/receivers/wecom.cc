// WeCom receiver: a group's robot (developer.work.weixin.qq.com/document/path/91770), a Markdown
// message. Ours: Alertmanager's wechat_configs speak to an application instead, see wechat.cc.
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTextLimitBytes = 4096;
constexpr double kTooMany = 45009;  // "api freq out of limit"

DeliveryResult judge_wecom(const http::ClientResponse& answer) {
  return judge_code(answer, "errcode", "errmsg", kTooMany);
}

/// Cuts whole code points until the rest fits.
std::string cut_bytes(std::string text) {
  if (text.size() <= kTextLimitBytes) return text;
  std::size_t end = kTextLimitBytes;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

class WecomReceiver final : public PostReceiver {
 public:
  WecomReceiver(Options common, SecretText url, NotificationTemplate text)
      : PostReceiver(std::move(common)), url_(std::move(url)), text_(std::move(text)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext&, Texts& texts) const override {
    auto url = url_.reveal();
    if (!url) return Error(url.error()).in("webhook_url");
    Post post{*std::move(url), {}};
    JsonWriter json(post.body);
    json.begin_object().key("msgtype").string("markdown").key("markdown").begin_object();
    json.key("content").string(cut_bytes(texts(text_))).end_object().end_object();
    return post;
  }

  JudgeBody judge_body() const override { return &judge_wecom; }

  const SecretText url_;
  const NotificationTemplate text_;
};

}  // namespace

ReceiverPointer read_wecom(config::Mapping& map, const ReceiverGlobals& globals) {
  SecretText url = read_secret(map, "webhook_url");
  if (url.empty())
    map.error("webhook_url", "one of webhook_url or webhook_url_file must be configured");
  NotificationTemplate text = read_text(
      map, "text",
      "{{ template \"msteams.default.title\" . }}\n{{ template \"msteams.default.text\" . }}");
  return std::make_shared<WecomReceiver>(PostReceiver::read_options(map, globals, "wecom", true),
                                         std::move(url), std::move(text));
}

}  // namespace lapwing::alerting
