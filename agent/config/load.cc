// YAML 1.2 text → Value, through yaml-cpp's event interface: its own tree neither bounds aliases
// nor keeps both places of a key that stands twice. Left out: more than one document a file,
// keys that are no texts, tags of one's own.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "agent/base/utf8.h"
#include "agent/config/value.h"

namespace lapwing::config {
namespace {

// A hand-written file has hundreds of nodes; generated target lists have thousands.
constexpr std::size_t kNodeLimit = 200'000;  // after aliases: a short text can stand for billions
constexpr std::size_t kDepthLimit = 64;
constexpr std::size_t kTextLimitBytes = 4u << 20;

/// Leaves the parser at the first thing that is wrong; never leaves this file.
struct Refusal {
  Place place;
  std::string message;
};

std::string at(const Place& place, std::string_view message) {
  return place.to_string().append(": ").append(message);
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  Value take_root() { return std::move(root_); }

  /// yaml-cpp takes a quote that nothing closes for a text up to the end of the file. Only the
  /// last scalar can be such a one.
  void check_last_quote(std::string_view text) const {
    if (last_scalar_.is_null()) return;
    const std::string_view written = after_properties(text.substr(std::size_t(last_scalar_.pos)));
    if (written.empty() || (written[0] != '"' && written[0] != '\'')) return;
    for (std::size_t i = 1; i < written.size(); ++i) {
      const bool doubled = written[0] == '\'' && written.substr(i, 2) == "''";
      const bool escape = written[0] == '"' && written[i] == '\\';
      if (doubled || escape)
        ++i;
      else if (written[i] == written[0])
        return;
    }
    throw Refusal{place(last_scalar_), "the closing quote is missing"};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw Refusal{
          place(mark),
          "expected the end of the file: it holds one YAML document (check the indentation)"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    count(mark, 1);
    add(Value::null(place(mark)), anchor, 1);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Refusal{place(mark), "an alias inside of what it names"};
    count(mark, known->second.nodes);
    // The depth of what is put in here counts too: readers and the merge recurse.
    if (open_.size() + known->second.depth > kDepthLimit) refuse_depth(mark);
    deepest_ = std::max(deepest_, open_.size() + known->second.depth);
    add(known->second.value, YAML::NullAnchor, 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    check_tag(mark, tag);
    count(mark, 1);
    last_scalar_ = mark;
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    add(Value::scalar(place(mark), text, quoted), anchor, 1);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, Value::Kind::List);
  }
  void OnSequenceEnd() override {
    Open closed = end();
    Value list = Value::list(std::move(closed.place), std::move(closed.items));
    add(std::move(list), closed.anchor, nodes_ - closed.nodes_before, closed.depth_below);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, Value::Kind::Map);
  }
  void OnMapEnd() override {
    Open closed = end();
    refuse_second_keys(closed);
    merge_in(closed);
    Value map = Value::map(std::move(closed.place), std::move(closed.entries));
    add(std::move(map), closed.anchor, nodes_ - closed.nodes_before, closed.depth_below);
  }

 private:
  struct Open {
    Value::Kind kind;
    Place place;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
    std::size_t outer_deepest;
    std::size_t depth_below = 0;
    std::vector<Value> items{};
    std::vector<Value::Entry> entries{};
    std::vector<Value> merged{};     // what stands below "<<"
    std::optional<Value> pending{};  // the key that waits for its value
  };
  struct Anchored {
    Value value;
    std::size_t nodes;
    std::size_t depth;
  };

  /// What follows the tag and the anchor that may stand before a scalar.
  static std::string_view after_properties(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    while (!text.empty() && (text[0] == '!' || text[0] == '&')) {
      text.remove_prefix(std::min(text.find_first_of(kBlanks), text.size()));
      text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    }
    return text;
  }

  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, mark.column + 1};
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kNodeLimit)
      throw Refusal{place(mark), "more than " + std::to_string(kNodeLimit) +
                                     " values, counting what aliases stand for"};
  }

  [[noreturn]] void refuse_depth(const YAML::Mark& mark) const {
    throw Refusal{place(mark), "nested deeper than " + std::to_string(kDepthLimit) + " levels"};
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "!" || tag == "?") return;
    static constexpr std::array<std::string_view, 7> kKnown = {"str",  "int", "float", "bool",
                                                               "null", "map", "seq"};
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (std::string_view(tag).substr(0, kCore.size()) == kCore)
      for (const std::string_view known : kKnown)
        if (std::string_view(tag).substr(kCore.size()) == known) return;
    throw Refusal{place(mark), "the tag \"" + tag.substr(0, 60) + "\" is not known"};
  }

  void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             Value::Kind kind) {
    check_tag(mark, tag);
    if (open_.size() >= kDepthLimit) refuse_depth(mark);
    count(mark, 1);
    open_.push_back({kind, place(mark), anchor, nodes_ - 1, deepest_});
    deepest_ = open_.size();
  }

  Open end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    closed.depth_below = deepest_ - open_.size();
    deepest_ = std::max(deepest_, closed.outer_deepest);
    return closed;
  }

  void add(Value value, YAML::anchor_t anchor, std::size_t nodes, std::size_t depth = 0) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {value, nodes, depth};
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.kind == Value::Kind::List) {
      parent.items.push_back(std::move(value));
    } else if (!parent.pending) {
      if (value.kind() != Value::Kind::Scalar)
        throw Refusal{value.place(), "expected a text as the key"};
      parent.pending = std::move(value);
    } else {
      add_entry(parent, std::move(value));
    }
  }

  static void add_entry(Open& parent, Value value) {
    const Value key = std::move(*parent.pending);
    parent.pending.reset();
    // yaml-cpp places a value that is not there at whatever follows it.
    if (value.kind() == Value::Kind::Null) value = Value::null(key.place());
    if (key.text() != "<<" || key.quoted()) {
      parent.entries.push_back({key.text(), key.place(), std::move(value)});
      return;
    }
    const bool several = value.kind() == Value::Kind::List;
    const std::vector<Value> sources = several ? value.items() : std::vector<Value>{value};
    for (const Value& source : sources) {
      if (source.kind() != Value::Kind::Map)
        throw Refusal{key.place(), "expected a map, or a list of maps, below \"<<\""};
      parent.merged.push_back(source);
    }
  }

  static void refuse_second_keys(const Open& map) {
    std::map<std::string_view, const Place*> seen;
    for (const Value::Entry& entry : map.entries) {
      const auto [first, is_new] = seen.emplace(entry.key, &entry.key_place);
      if (!is_new)
        throw Refusal{entry.key_place, "the key \"" + entry.key + "\" stands at " +
                                           first->second->to_string() + " already"};
    }
  }

  /// A key of the map itself wins over merged ones, and the first merged map over the later.
  static void merge_in(Open& map) {
    if (map.merged.empty()) return;
    std::set<std::string, std::less<>> taken;
    for (const Value::Entry& entry : map.entries) taken.insert(entry.key);
    for (const Value& source : map.merged)
      for (const Value::Entry& entry : source.entries())
        if (taken.insert(entry.key).second) map.entries.push_back(entry);
  }

  const std::string& file_;
  Value root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  std::size_t deepest_ = 0;  // levels that the innermost open node has reached, from the root
  int documents_ = 0;
  YAML::Mark last_scalar_ = YAML::Mark::null_mark();
};

/// yaml-cpp's reasons, in words that say what to do.
std::string_view in_plain_words(std::string_view reason) {
  struct Wording {
    std::string_view reason;
    std::string_view words;
  };
  const std::array<Wording, 17> wordings = {{
      {YAML::ErrorMsg::END_OF_MAP, "expected another key here, indented like those above"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected \",\" or \"}\" to go on with or end the map"},
      {YAML::ErrorMsg::END_OF_SEQ, "expected another \"- \" here, indented like those above"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected \",\" or \"]\" to go on with or end the list"},
      {YAML::ErrorMsg::MAP_KEY, "no key can stand here: check the indentation"},
      {YAML::ErrorMsg::MAP_VALUE,
       "no second value can stand here: check the indentation, and quote texts that hold \": \""},
      {YAML::ErrorMsg::BLOCK_ENTRY, "no \"- \" can stand here: check the indentation"},
      {YAML::ErrorMsg::FLOW_END, "a closing bracket that nothing opened"},
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation: YAML wants blanks"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "the closing quote is missing"},
      {YAML::ErrorMsg::DOC_IN_SCALAR, "the closing quote is missing before the document's end"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "no value can begin with this character: quote the text"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, "the alias names an anchor that stands nowhere above"},
      {YAML::ErrorMsg::CHAR_IN_ANCHOR, "a character that an anchor's name cannot hold"},
      {YAML::ErrorMsg::CHAR_IN_ALIAS, "a character that an alias's name cannot hold"},
      {YAML::ErrorMsg::CHAR_IN_BLOCK, "after \"|\" or \">\" only an indentation hint can stand"},
      {YAML::ErrorMsg::BAD_FILE, "the text cannot be read"},
  }};
  for (const Wording& wording : wordings)
    if (wording.reason == reason) return wording.words;
  return reason;
}

/// The first byte that no configuration holds: yaml-cpp takes 0x04 for the end of the file, and
/// would replace what is not UTF-8 in silence.
Result<void> check_bytes(const std::string& file, std::string_view text) {
  Place here{file, 1, 1};
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return invalid(at(here, "a byte that is not UTF-8"));
    const auto byte = static_cast<unsigned char>(text[0]);
    const bool blank = byte == '\t' || byte == '\n' || byte == '\r';
    if ((byte < 0x20 && !blank) || byte == 0x7f)
      return invalid(at(here, "a control character; write it as an escape in double quotes"));
    here.column = byte == '\n' ? 1 : here.column + int(length);
    here.line += byte == '\n' ? 1 : 0;
    text.remove_prefix(length);
  }
  return {};
}

}  // namespace

Result<Value> parse_yaml(const std::string& file, std::string_view text) {
  if (text.size() > kTextLimitBytes)
    return invalid(file + ": larger than " + std::to_string(kTextLimitBytes >> 20) + " MiB");
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    text.remove_prefix(kByteOrderMark.size());
  if (auto sound = check_bytes(file, text); !sound) return std::move(sound).error();
  TreeBuilder builder(file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    builder.check_last_quote(text);
  } catch (const Refusal& refusal) {
    return invalid(at(refusal.place, refusal.message));
  } catch (const YAML::Exception& failure) {
    const bool known = !failure.mark.is_null();
    const Place place =
        known ? Place{file, failure.mark.line + 1, failure.mark.column + 1} : Place{file, 0, 0};
    return invalid(at(place, in_plain_words(failure.msg)));
  } catch (const std::exception& failure) {
    return invalid(file + ": cannot be parsed: " + failure.what());
  }
  return builder.take_root();
}

}  // namespace lapwing::config
