// Feishu (Lark) receiver: a group's custom bot (open.feishu.cn, "Custom bot guide"), a card,
// signed when a secret is set. Ours: Alertmanager has none.
#include "agent/base/sha256.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/post_receiver.h"
#include "alerting/receivers/robot.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kTextLimit = 6000;
constexpr double kTooMany = 11232;  // "frequency limited"

DeliveryResult judge_feishu(const http::ClientResponse& answer) {
  return judge_code(answer, "code", "msg", kTooMany);
}

class FeishuReceiver final : public PostReceiver {
 public:
  FeishuReceiver(Options common, Robot robot)
      : PostReceiver(std::move(common)), robot_(std::move(robot)) {}

 private:
  Result<Post> compose(const Notification&, const DeliveryContext& context,
                       Texts& texts) const override {
    auto url = robot_.reveal_url();
    if (!url) return std::move(url).error();
    Post post{*std::move(url), {}};
    JsonWriter json(post.body);
    json.begin_object();
    if (!robot_.secret.empty()) {
      const auto secret = robot_.reveal_secret();
      if (!secret) return secret.error();
      const std::string time = std::to_string(to_millis(context.now) / 1000);
      json.key("timestamp").string(time);
      // The text is the key, and nothing is signed: so the service has it.
      json.key("sign").string(base64(hmac_sha256(time + "\n" + *secret, "")));
    }
    json.key("msg_type").string("interactive").key("card").begin_object();
    json.key("header").begin_object().key("title").begin_object();
    json.key("tag").string("plain_text").key("content").string(texts(robot_.title)).end_object();
    json.key("template").string(texts.firing() ? "red" : "green").end_object();
    json.key("elements").begin_array().begin_object().key("tag").string("markdown");
    json.key("content").string(cut_text(texts(robot_.text), kTextLimit));
    json.end_object().end_array().end_object().end_object();
    return post;
  }

  JudgeBody judge_body() const override { return &judge_feishu; }

  const Robot robot_;
};

}  // namespace

ReceiverPointer read_feishu(config::Mapping& map, const ReceiverGlobals& globals) {
  Robot robot = read_robot(map);
  return std::make_shared<FeishuReceiver>(PostReceiver::read_options(map, globals, "feishu", true),
                                          std::move(robot));
}

}  // namespace lapwing::alerting
